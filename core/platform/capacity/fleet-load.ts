/** Load of a fleet on ingestion and detection, by calculation: averages, sizes and units per push. */
import { HOUR_SECONDS } from '../../shared/time.ts';

export interface DayFleet {
  readonly hosts: number;
  readonly seriesPerHost: number;
  readonly pushMinutes: number;
  /** 1: each host sends by itself. More: a collector sends this number of hosts in one request. */
  readonly hostsPerRequest: number;
  /** Seconds over which the hosts spread their pushes; 0: all of them send at the same second. */
  readonly spreadSeconds: number;
  /** Batches that a forecast run computes at once, and seconds that it takes. */
  readonly forecastBatches: number;
  readonly forecastSeconds: number;
}

/**
 * Seconds of a warm function with its memory of stage prod. Not measured on AWS: the CPU was measured on one x86 core
 * (`cost/workload.ts`), the waiting is assumed.
 */
export const RECEIVE_SECONDS = 0.1;
const STORE_BATCH_SECONDS = 0.03;
const MESSAGES_PER_BATCH = 2.3;
const MAX_FULL_METRICS = 40;

/** Half of the names and all of the points of an hour, as stored on average over the hour; 250 bytes of the item. */
const blockBytesOf = (series: number, points: number): number => series * (30 + 8 * points) + 250;

export interface FleetLoad {
  readonly requestsPerPush: number;
  /** Requests per second, averaged over a push interval. */
  readonly requestsPerSecond: number;
  /** Points that a minute with a push of all hosts uses up of the quota: at least 10 for each host. */
  readonly quotaPoints: number;
  readonly blockPoints: number;
  readonly blockBytes: number;
  readonly writesPerPush: number;
  readonly storeSecondsPerHost: number;
  readonly detectSecondsPerHost: number;
  /** Seconds of detection for the push that closes an hour: replays it, packs the state and stores it. */
  readonly closeSecondsPerHost: number;
  /** Hosts whose registry item is written per second: once an hour each, at a time of its own. */
  readonly targetWritesPerSecond: number;
}

export const loadOf = (fleet: DayFleet): FleetLoad => {
  const { hosts, seriesPerHost: series, pushMinutes, hostsPerRequest } = fleet;
  const requestsPerPush = Math.ceil(hosts / hostsPerRequest);
  const points = 60 / pushMinutes;
  const blockBytes = blockBytesOf(series, points);
  // Milliseconds per metric on Lambda; a light detector is used beyond 40 metrics.
  const detectMs = series > MAX_FULL_METRICS ? 0.15 : 3;
  const detectSecondsPerHost = (10 + detectMs * series) / 1000;
  const targetUnits = Math.ceil((series * 60 + 250) / 1024);
  return {
    requestsPerPush,
    requestsPerSecond: requestsPerPush / (60 * pushMinutes),
    quotaPoints: hosts * Math.max(10, series) * Math.max(1, 1 / pushMinutes),
    blockPoints: series * points,
    blockBytes,
    writesPerPush: Math.max(1, Math.ceil((0.6 * blockBytes) / 1024)),
    storeSecondsPerHost:
      (5 + 0.5 * series) / 1000 + STORE_BATCH_SECONDS / (MESSAGES_PER_BATCH * hostsPerRequest),
    detectSecondsPerHost,
    closeSecondsPerHost: 2 * detectSecondsPerHost,
    targetWritesPerSecond: (hosts / HOUR_SECONDS) * targetUnits,
  };
};
