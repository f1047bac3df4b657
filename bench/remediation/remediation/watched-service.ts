import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { forecastService, type ServiceRun } from './forecast-service.ts';
import { isForeseen } from './foreseen.ts';

/** The owner's alarm: above this value for three steps in a row, as the threshold rule. */
export const ALARM_ABOVE = 85;
export const ALARM_STEPS = 3;

const PAST = (14 * DAY_SECONDS) / STEP_SECONDS;

/**
 * The forecasts of one service under several ways of working: as long as its measurements are the same, they are
 * computed once.
 */
export class SharedForecasts {
  #now = Number.NaN;
  #known: { readonly course: string; readonly run: ServiceRun }[] = [];

  /** `course` names everything that was measured until `now`. */
  get(now: number, course: string, compute: () => ServiceRun): ServiceRun {
    if (now !== this.#now) [this.#now, this.#known] = [now, []];
    const known = this.#known.find((each) => each.course === course)?.run;
    if (known !== undefined) return known;
    const run = compute();
    this.#known.push({ course, run });
    return run;
  }
}

const bits = new DataView(new ArrayBuffer(8));
/** Two FNV-1a hashes, over the two halves of the value. */
const hashed = ([high, low]: readonly [number, number], value: number): readonly [number, number] => {
  bits.setFloat64(0, value);
  const next = (hash: number, half: number): number => Math.imul(hash ^ half, 0x01000193);
  return [next(high, bits.getUint32(0)), next(low, bits.getUint32(4))];
};

/** A service with its measurements, forecast every hour as the deployed runs do. */
export class WatchedService {
  readonly service: ManagedService;
  readonly #shared: SharedForecasts;
  readonly #values: number[] = [];
  #start = 0;
  readonly #actedAt: number[] = [];
  #hash: readonly [number, number] = [0, 0];
  run: ServiceRun | undefined;
  /** Since when the alarm stands, epoch seconds; null if it does not. */
  alarmSince: number | null = null;

  constructor(service: ManagedService, shared: SharedForecasts) {
    this.service = service;
    this.#shared = shared;
  }

  /** Measures once; returns the value. */
  measure(): number {
    const { at, value } = this.service.step();
    if (this.#values.length === 0) this.#start = at;
    this.#values.push(value);
    this.#hash = hashed(this.#hash, value);
    const recent = this.#values.slice(-ALARM_STEPS);
    if (value <= ALARM_ABOVE) this.alarmSince = null;
    else if (recent.every((each) => each > ALARM_ABOVE)) this.alarmSince ??= at;
    return value;
  }

  /** Remembers that something was done, as the forecasts learn of it. */
  acted(now: number): void {
    this.#actedAt.push(now);
    this.#hash = hashed(this.#hash, now);
  }

  /** Points since `from`, epoch seconds. */
  pointsSince(from: number): readonly { readonly at: number; readonly value: number }[] {
    const first = Math.max(0, Math.ceil((from - this.#start) / STEP_SECONDS));
    return this.#values
      .slice(first)
      .map((value, i) => ({ at: this.#start + (first + i) * STEP_SECONDS, value }));
  }

  /** Forecasts, unless the last forecast foresaw all, and lets the warning stand or end. */
  forecast(now: number): ServiceRun {
    const { run } = this;
    if (run !== undefined && isForeseen(run, this.#values, now - run.issuedAt / 1000)) return run;
    const first = Math.max(0, this.#values.length - PAST);
    const values = Float64Array.from(this.#values.slice(first));
    const history = { start: this.#start + first * STEP_SECONDS, stepSeconds: STEP_SECONDS, values };
    const compute = () => forecastService(history, this.service.limit, this.run, now, this.#actedAt);
    this.run = this.#shared.get(now, this.#hash.join(), compute);
    return this.run;
  }
}
