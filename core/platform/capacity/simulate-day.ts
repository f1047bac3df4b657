/** A day of a fleet, second by second: what arrives, is refused, waits, is stored and is searched for anomalies. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { Allowances } from './allowances.ts';
import { type DayFleet, type FleetLoad, loadOf, RECEIVE_SECONDS } from './fleet-load.ts';

/** The highest of each second of the day. */
export interface DayPeaks {
  readonly requestsPerSecond: number;
  /** Requests that the throttle refused during the day; senders repeat them. */
  readonly refused: number;
  readonly messagesWaiting: number;
  /** Seconds until an accepted push is stored, and until its points are checked. */
  readonly storeDelay: number;
  readonly detectDelay: number;
  readonly writesPerSecond: number;
  readonly statesReadPerSecond: number;
  readonly statesWrittenPerSecond: number;
  /** Functions that run at once. */
  readonly concurrency: number;
}

/** Senders repeat a refused request within this time, at random. */
const RETRY_SECONDS = 30;
/** Seconds into an hour at which the hour before closes, and at which forecast runs start; into five minutes, peers. */
const CLOSE_SECOND = HOUR_SECONDS / 4;
const RUN_SECOND = 300;
const PEER_EVERY_SECONDS = 300;
const PEER_SECOND = 60;
const PEERS_PER_GROUP = 256;

type Peaks = { -readonly [Name in keyof DayPeaks]: number };

/** Reduces a backlog by what fits into one second, and returns it. */
class Backlog {
  waiting = 0;
  take(arriving: number, perSecond: number): number {
    this.waiting += arriving;
    const taken = Math.min(this.waiting, perSecond);
    this.waiting -= taken;
    return taken;
  }
}

/** The throttle of the API, a bucket of tokens, and the senders that repeat what it refuses. */
class Entrance {
  refused = 0;
  readonly #repeats = new Float64Array(RETRY_SECONDS);
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;

  constructor({ throttleRate, throttleBurst }: Allowances) {
    this.#rate = throttleRate.value;
    this.#burst = throttleBurst.value;
    this.#tokens = this.#burst;
  }

  /** Requests that arrive in this second, with repeated ones. */
  arrivals(second: number, fresh: number): number {
    const at = second % RETRY_SECONDS;
    const arriving = fresh + this.#repeats[at]!;
    this.#repeats[at] = 0;
    return arriving;
  }

  accept(arriving: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#rate);
    const accepted = Math.min(arriving, this.#tokens);
    this.#tokens -= accepted;
    const refused = arriving - accepted;
    this.refused += refused;
    for (let i = 0; refused > 0 && i < RETRY_SECONDS; i++) this.#repeats[i]! += refused / RETRY_SECONDS;
    return accepted;
  }
}

/** Requests that arrive in a second without repetitions. */
const freshAt = (second: number, fleet: DayFleet, load: FleetLoad): number => {
  const interval = 60 * fleet.pushMinutes;
  const spread = Math.min(interval, Math.max(1, fleet.spreadSeconds));
  return second % interval < spread ? load.requestsPerPush / spread : 0;
};

/** Functions of forecast runs and peers that run beside ingestion. */
const othersAt = (second: number, fleet: DayFleet): number => {
  const ofHour = second % HOUR_SECONDS;
  const isRunning = ofHour >= RUN_SECOND && ofHour < RUN_SECOND + fleet.forecastSeconds;
  const peers = second % PEER_EVERY_SECONDS === PEER_SECOND ? Math.ceil(fleet.hosts / PEERS_PER_GROUP) : 0;
  return peers + (isRunning ? fleet.forecastBatches : 0);
};

class Day {
  readonly peaks: Peaks = {
    ...{ requestsPerSecond: 0, refused: 0, messagesWaiting: 0, storeDelay: 0, detectDelay: 0 },
    ...{ writesPerSecond: 0, statesReadPerSecond: 0, statesWrittenPerSecond: 0, concurrency: 0 },
  };
  readonly #fleet: DayFleet;
  readonly #load: FleetLoad;
  readonly #entrance: Entrance;
  readonly #queue = new Backlog();
  readonly #stream = new Backlog();
  readonly #consumers: number;
  readonly #storesPerSecond: number;
  /** Hosts whose last hour is not closed yet. */
  #unclosed = 0;

  constructor(fleet: DayFleet, allowances: Allowances) {
    this.#fleet = fleet;
    this.#load = loadOf(fleet);
    this.#entrance = new Entrance(allowances);
    this.#consumers = allowances.streamShards.value * allowances.consumersPerShard.value;
    this.#storesPerSecond = allowances.storeConcurrency.value / this.#load.storeSecondsPerHost;
  }

  pass(second: number): void {
    const load = this.#load;
    if (second % HOUR_SECONDS === CLOSE_SECOND) this.#unclosed = this.#fleet.hosts;
    const arriving = this.#entrance.arrivals(second, freshAt(second, this.#fleet, load));
    const accepted = this.#entrance.accept(arriving);
    const stored = this.#queue.take(accepted * this.#fleet.hostsPerRequest, this.#storesPerSecond);
    const closing = Math.min(this.#unclosed, stored);
    this.#unclosed -= closing;
    // In seconds of work, of which each consumer does one per second.
    const work = closing * load.closeSecondsPerHost + (stored - closing) * load.detectSecondsPerHost;
    const done = this.#stream.take(work, this.#consumers);
    const busy = accepted * RECEIVE_SECONDS + stored * load.storeSecondsPerHost + done;
    this.peaks.refused = this.#entrance.refused;
    this.#raise({
      requestsPerSecond: arriving,
      messagesWaiting: this.#queue.waiting / this.#fleet.hostsPerRequest,
      storeDelay: this.#queue.waiting / this.#storesPerSecond,
      detectDelay: this.#stream.waiting / this.#consumers,
      writesPerSecond: stored * load.writesPerPush,
      statesReadPerSecond: stored,
      statesWrittenPerSecond: closing,
      concurrency: busy + othersAt(second, this.#fleet),
    });
  }

  #raise(now: Omit<DayPeaks, 'refused'>): void {
    const { peaks } = this;
    peaks.requestsPerSecond = Math.max(peaks.requestsPerSecond, now.requestsPerSecond);
    peaks.messagesWaiting = Math.max(peaks.messagesWaiting, now.messagesWaiting);
    peaks.storeDelay = Math.max(peaks.storeDelay, now.storeDelay);
    peaks.detectDelay = Math.max(peaks.detectDelay, now.detectDelay);
    peaks.writesPerSecond = Math.max(peaks.writesPerSecond, now.writesPerSecond);
    peaks.statesReadPerSecond = Math.max(peaks.statesReadPerSecond, now.statesReadPerSecond);
    peaks.statesWrittenPerSecond = Math.max(peaks.statesWrittenPerSecond, now.statesWrittenPerSecond);
    peaks.concurrency = Math.max(peaks.concurrency, now.concurrency);
  }
}

export const simulateDay = (fleet: DayFleet, allowances: Allowances): DayPeaks => {
  const day = new Day(fleet, allowances);
  for (let second = 0; second < DAY_SECONDS; second++) day.pass(second);
  return day.peaks;
};
