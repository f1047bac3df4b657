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

/** One limit: what the fleet needs of it; `allows` is the allowance's value, unless several allowances make it up. */
const limitOf = (
  limit: string,
  needs: number,
  { value, kind, source }: Allowance,
  allows: number = value,
): DayLimit => ({ limit, needs, allows, kind, source, fits: needs <= allows });

const limitsOf = (fleet: DayFleet, load: FleetLoad, peaks: DayPeaks, may: Allowances): DayLimit[] => {
  const burst = may.throttleBurst.value + may.throttleRate.value * Math.max(0, fleet.spreadSeconds);
  const interval = 60 * fleet.pushMinutes;
  const consumers = may.streamShards.value * may.consumersPerShard.value;
  const consumersInUse = (fleet.hosts * load.detectSecondsPerHost) / interval;
  return [
    limitOf('requests of a push, in a burst', load.requestsPerPush, may.throttleBurst, burst),
    limitOf('requests/s, average', load.requestsPerSecond, may.throttleRate),
    limitOf('requests/s, peak', peaks.requestsPerSecond, may.apiRate),
    limitOf('points a minute, of the quota', load.quotaPoints, may.pointsPerMinute),
    limitOf('new targets on one day', fleet.hosts, may.newTargetsPerDay),
    limitOf('functions at once', peaks.concurrency, may.concurrency),
    limitOf('messages waiting', peaks.messagesWaiting, may.inFlight),
    limitOf('seconds to store a push', peaks.storeDelay, may.storeConcurrency, interval),
    limitOf('stream consumers, average', consumersInUse, may.streamShards, consumers),
    limitOf('seconds to check a push', peaks.detectDelay, may.streamShards, interval),
    limitOf('write units/s of blocks', peaks.writesPerSecond, may.tableWrites),
    limitOf('write units/s of targets', load.targetWritesPerSecond, may.keyWrites),
    limitOf('bytes of an hour block', load.blockBytes, may.itemBytes),
    limitOf('points of an hour block', load.blockPoints, may.blockPoints),
    limitOf('metrics of a host', fleet.seriesPerHost, may.metricsPerTarget),
    limitOf('detector states read/s', peaks.statesReadPerSecond, may.s3Gets),
    limitOf('detector states written/s', peaks.statesWrittenPerSecond, may.s3Puts),
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
