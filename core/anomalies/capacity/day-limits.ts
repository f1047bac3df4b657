/** Each limit that a fleet can meet in a day, what the fleet needs of it, and which one it meets first. */
import { ALLOWANCES, type Allowance, type Allowances, type LimitKind } from './allowances.ts';
import { type DayFleet, type FleetLoad, loadOf } from './fleet-load.ts';
import { type DayPeaks, simulateDay } from './simulate-day.ts';

export interface DayLimit {
  readonly limit: string;
  readonly needs: number;
  readonly allows: number;
  readonly fits: boolean;
  readonly kind: LimitKind;
  readonly source: string;
}

export interface DayPlan {
  readonly load: FleetLoad;
  readonly peaks: DayPeaks;
  readonly limits: readonly DayLimit[];
  /** The limit that is used up most. */
  readonly first: DayLimit;
  /** Hosts of the same kind at which the first limit is exceeded; undefined: none up to a million. */
  readonly maxHosts: number | undefined;
}

const row = (
  limit: string,
  needs: number,
  allows: number,
  { kind, source }: Omit<Allowance, 'value'>,
): DayLimit => ({
  ...{ limit, needs, allows, kind, source },
  fits: needs <= allows,
});

const limitsOf = (fleet: DayFleet, load: FleetLoad, peaks: DayPeaks, may: Allowances): DayLimit[] => {
  const of = (limit: string, needs: number, allowance: Allowance) =>
    row(limit, needs, allowance.value, allowance);
  const burst = may.throttleBurst.value + may.throttleRate.value * Math.max(0, fleet.spreadSeconds);
  const interval = 60 * fleet.pushMinutes;
  const consumers = may.streamShards.value * may.consumersPerShard.value;
  return [
    row('requests of a push, in a burst', load.requestsPerPush, burst, may.throttleBurst),
    of('requests/s, average', load.requestsPerSecond, may.throttleRate),
    of('requests/s, peak', peaks.requestsPerSecond, may.apiRate),
    of('points a minute, of the quota', load.quotaPoints, may.pointsPerMinute),
    of('new targets on one day', fleet.hosts, may.newTargetsPerDay),
    of('functions at once', peaks.concurrency, may.concurrency),
    of('messages waiting', peaks.messagesWaiting, may.inFlight),
    row('seconds to store a push', peaks.storeDelay, interval, may.storeConcurrency),
    row(
      'stream consumers, average',
      (fleet.hosts * load.detectSecondsPerHost) / interval,
      consumers,
      may.streamShards,
    ),
    row('seconds to check a push', peaks.detectDelay, interval, may.streamShards),
    of('write units/s of blocks', peaks.writesPerSecond, may.tableWrites),
    of('write units/s of targets', load.targetWritesPerSecond, may.keyWrites),
    of('bytes of an hour block', load.blockBytes, may.itemBytes),
    of('points of an hour block', load.blockPoints, may.blockPoints),
    of('metrics of a host', fleet.seriesPerHost, may.metricsPerTarget),
    of('detector states read/s', peaks.statesReadPerSecond, may.s3Gets),
    of('detector states written/s', peaks.statesWrittenPerSecond, may.s3Puts),
  ];
};

const used = ({ needs, allows }: DayLimit): number => needs / allows;
const fits = (fleet: DayFleet, may: Allowances): boolean =>
  limitsOf(fleet, loadOf(fleet), simulateDay(fleet, may), may).every((each) => each.fits);

const MAX_HOSTS = 1_000_000;

/** The largest number of hosts that fits, by bisection; every demand grows with the hosts. */
const maxHostsOf = (fleet: DayFleet, may: Allowances): number | undefined => {
  if (fits({ ...fleet, hosts: MAX_HOSTS }, may)) return undefined;
  let low = 0;
  let high = MAX_HOSTS;
  while (high - low > Math.max(1, high / 200)) {
    const middle = Math.floor((low + high) / 2);
    if (fits({ ...fleet, hosts: middle }, may)) low = middle;
    else high = middle;
  }
  return low;
};

/** Plans a day of ingestion and detection against the limits of a deployment. */
export const planDay = (fleet: DayFleet, may: Allowances = ALLOWANCES): DayPlan => {
  const load = loadOf(fleet);
  const peaks = simulateDay(fleet, may);
  const limits = limitsOf(fleet, load, peaks, may);
  const [first] = limits.toSorted((a, b) => used(b) - used(a));
  return { load, peaks, limits, first: first!, maxHosts: maxHostsOf(fleet, may) };
};
