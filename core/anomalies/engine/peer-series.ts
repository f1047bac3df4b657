import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';

/** Half hours of the day: the difference of a target from its peers may depend on the time of day. */
const HALF_HOURS = 48;
const HALF_HOUR_SECONDS = 1800;
/** Moments further apart than this are not considered neighbours. */
const MAX_GAP_SECONDS = HOUR_SECONDS;
const FIRST_MOMENTS = 12;
const LEVEL_RATE = 0.05;
const SEASON_RATE = 0.1;
/** Differences are learned up to this number of units, so that a departure does not become usual at once. */
const MAX_UNITS_LEARNED = 3;
/** An episode of this many moments (two hours) is a new normal and is learned in full. */
const ACCEPTED_AFTER = 24;
const UNIT_TAIL = 0.01;
const UNIT_RATE = 0.02;
/** Min unit as a share of the group's median, for groups that do not move. */
const MIN_UNIT_SHARE = 0.002;
/** Half-life of the memory of departures: two weeks of five-minute moments. */
const MEMORY_DECAY = 2 ** (-1 / (14 * 288));
/** Number of quiet moments that end an episode, and the max departure in a quiet moment as a share of the bar. */
const QUIET_MOMENTS = 6;
const QUIET_SHARE = 0.5;
/** Max size with which an episode is remembered, in bars. */
const MAX_BARS_REMEMBERED = 2;
const MIN_MOMENTS = 150;
const WARM_UP_SECONDS = 2 * DAY_SECONDS;

const [LEVEL, UNIT, MEMORY, LAST, BEFORE] = [0, 1, 2, 3, 4];
const SEASON = 5;

const middleOf3 = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

const within = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/**
 * Learned behaviour of one target's metric compared with its peers: the usual difference by half hour of the day, the
 * unit (the difference that 1 % of its moments exceed), and the largest known departure. Numbers have single precision,
 * so that a restored state continues identically.
 */
export class PeerSeries {
  readonly #numbers = new Float32Array(SEASON + HALF_HOURS);
  #points = 0;
  #firstAt = 0;
  #lastAt = 0;
  /** Length of the current episode in moments; 0 outside an episode. */
  #episode = 0;
  #quiet = 0;
  /** Epoch seconds of the first and the last unusual moment of the current episode. */
  #beganAt = 0;
  #unusualAt = 0;

  constructor() {
    this.#numbers[LAST] = Number.NaN;
    this.#numbers[BEFORE] = Number.NaN;
  }

  /** Epoch seconds of the newest moment. */
  get lastAt(): number {
    return this.#lastAt;
  }
  get points(): number {
    return this.#points;
  }
  /** The largest known departure, in units. */
  get memory(): number {
    return this.#numbers[MEMORY]!;
  }
  /** In the metric's unit; undefined until enough was learned. */
  get unit(): number | undefined {
    return this.#points > FIRST_MOMENTS && this.#numbers[UNIT]! > 0 ? this.#numbers[UNIT] : undefined;
  }

  /** First and last unusual moment of the current or the last episode (epoch seconds). */
  get episode(): { readonly beganAt: number; readonly unusualAt: number } {
    return { beganAt: this.#beganAt, unusualAt: this.#unusualAt };
  }

  /** True if enough was learned to announce departures. */
  isReady(timestamp: number): boolean {
    return this.#points > MIN_MOMENTS && timestamp - this.#firstAt >= WARM_UP_SECONDS;
  }

  /** Usual difference of this target from the median of its peers at this time. */
  usual(timestamp: number): number {
    return this.#numbers[LEVEL]! + this.#numbers[seasonOf(timestamp)]!;
  }

  /**
   * Learns the difference `excess` from the usual value; `own` is the difference without the common shift of the peers.
   * Returns the departure in units: the median of the last three, so that a single spike does not count.
   */
  observe(timestamp: number, excess: number, own: number, median: number): number {
    const numbers = this.#numbers;
    if (this.#points === 0) this.#firstAt = timestamp;
    if (timestamp - this.#lastAt > MAX_GAP_SECONDS) numbers.fill(Number.NaN, LAST, BEFORE + 1);
    const middle = middleOf3(own, numbers[LAST]!, numbers[BEFORE]!);
    const departure = Number.isNaN(middle) ? 0 : Math.abs(middle);
    numbers[BEFORE] = numbers[LAST]!;
    numbers[LAST] = own;
    numbers[MEMORY]! *= MEMORY_DECAY;
    this.#lastAt = timestamp;
    this.#points++;
    const units = this.#inUnits(departure, median);
    this.#learn(timestamp, excess, departure);
    return units;
  }

  /** Updates the episode with the departure in units at the newest moment; `bar` is the size that begins an episode. */
  follow(units: number, bar: number): 'begins' | 'ends' | undefined {
    if (this.#points <= FIRST_MOMENTS) return undefined;
    if (this.#episode > 0) return this.#goOn(units, bar);
    this.#remember(Math.min(units, MAX_BARS_REMEMBERED * bar));
    if (units < bar) return undefined;
    this.#episode = 1;
    this.#quiet = 0;
    this.#beganAt = this.#lastAt;
    this.#unusualAt = this.#lastAt;
    return 'begins';
  }

  save(writer: ByteWriter): void {
    const moments = [this.#points, this.#episode, this.#quiet];
    const times = [this.#firstAt, this.#lastAt, this.#beganAt, this.#unusualAt];
    for (const whole of [...moments, ...times]) writer.varint(whole);
    for (const number of this.#numbers) writer.f32(number);
  }

  /** @throws InvalidInputError for damaged bytes */
  static load(reader: ByteReader): PeerSeries {
    const series = new PeerSeries();
    series.#points = reader.varint();
    series.#episode = reader.varint();
    series.#quiet = reader.varint();
    series.#firstAt = reader.varint();
    series.#lastAt = reader.varint();
    series.#beganAt = reader.varint();
    series.#unusualAt = reader.varint();
    for (let i = 0; i < series.#numbers.length; i++) series.#numbers[i] = reader.f32();
    return series;
  }

  #inUnits(departure: number, median: number): number {
    const unit = Math.max(this.#numbers[UNIT]!, MIN_UNIT_SHARE * Math.abs(median));
    return unit > 0 ? departure / unit : 0;
  }

  #goOn(units: number, bar: number): 'ends' | undefined {
    this.#episode++;
    const isQuiet = units < QUIET_SHARE * bar;
    if (!isQuiet) this.#unusualAt = this.#lastAt;
    this.#quiet = isQuiet ? this.#quiet + 1 : 0;
    if (this.#quiet < QUIET_MOMENTS) return undefined;
    this.#episode = 0;
    return 'ends';
  }

  #remember(units: number): void {
    this.#numbers[MEMORY] = Math.max(this.#numbers[MEMORY]!, units);
  }

  #learn(timestamp: number, excess: number, departure: number): void {
    const numbers = this.#numbers;
    const isNew = this.#points <= FIRST_MOMENTS;
    const unit = numbers[UNIT]!;
    const accepts = isNew || unit === 0 || this.#episode >= ACCEPTED_AFTER;
    const learned = accepts ? excess : within(excess, MAX_UNITS_LEARNED * unit);
    numbers[LEVEL]! += learned * Math.max(LEVEL_RATE, 1 / this.#points);
    if (this.#episode === 0) numbers[seasonOf(timestamp)]! += learned * SEASON_RATE;
    if (isNew) numbers[UNIT] = Math.max(unit, this.#points === 1 ? 0 : Math.abs(excess));
    else if (this.#episode === 0) numbers[UNIT] = nextUnit(unit, departure, this.#points);
  }
}

const seasonOf = (timestamp: number): number =>
  SEASON + Math.floor((timestamp % DAY_SECONDS) / HALF_HOUR_SECONDS);

/** Stochastic approximation of a quantile (Robbins & Monro 1951) in relative steps: one outlier has little effect. */
const nextUnit = (unit: number, departure: number, points: number): number => {
  if (unit === 0) return departure;
  const rate = Math.max(UNIT_RATE, 0.9 / Math.sqrt(points));
  return unit * Math.exp(rate * ((departure > unit ? 1 : 0) - UNIT_TAIL));
};
