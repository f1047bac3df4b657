import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { medianOfSorted } from '../../shared/maths/averages.ts';
import { rangeAround } from './expected-range.ts';
import { PeerSeries } from './peer-series.ts';

/** With fewer peers, the usual behaviour cannot be estimated. */
export const MIN_PEERS = 4;
/** Default score at which a departure is announced. */
export const PEER_THRESHOLD = 4;
const NORMAL_MAD = 1.4826;
/** Standard deviations of a normal distribution in one unit, which 1 % of the differences exceed. */
const UNIT_DEVIATIONS = 2.576;
/** Min size of a departure in units. */
const MIN_BAR = 1.5;
/** A departure exceeds the known departures of the target, and of nine in ten of its peers, by this factor. */
const BEYOND_KNOWN = 1.35;
const KNOWN_SHARE = 0.9;
const MOMENTS_PER_WEEK = 2016;
const RATE_DECAY = 2 ** (-1 / (2 * MOMENTS_PER_WEEK));
/** Usual number of episodes per target and week; twice as many raise the bar by the square root of two. */
const USUAL_RATE = 0.1;
/** Initial rate: half an episode in three weeks of one target. */
const PRIOR = { episodes: 0.5, weeks: 3 };

/** Centre and spread of the targets of one group at one moment, in the metric's unit. */
export interface PeerSummary {
  readonly median: number;
  /** Median absolute deviation, scaled to the standard deviation of a normal distribution. */
  readonly spread: number;
  readonly count: number;
}

/** Summary of the finite values of the peers; undefined for fewer than four. */
export const summarisePeers = (values: readonly number[]): PeerSummary | undefined => {
  const finite = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (finite.length < MIN_PEERS) return undefined;
  const median = medianOfSorted(finite);
  const spread = NORMAL_MAD * medianOfSorted(finite.map((value) => Math.abs(value - median)).sort());
  return { median, spread, count: finite.length };
};

/** A target that departed from its peers. */
export interface PeerDeparture {
  readonly targetId: string;
  /** Epoch seconds of the moment that confirmed the departure. */
  readonly timestamp: number;
  /** Epoch seconds of the moment before, the latest possible start. */
  readonly since: number;
  readonly value: number;
  /** At least the threshold; proportional to the distance. */
  readonly score: number;
  /** Number of moments of this target without a similar departure. */
  readonly oneIn: number;
  readonly median: number;
  /** Number of peers that reported, without the target itself. */
  readonly peers: number;
  readonly expected: { readonly lower: number; readonly upper: number };
}

/** A target that behaves like its peers again. */
export interface PeerReturn {
  readonly targetId: string;
  /** Epoch seconds of the departure, and of its last unusual moment. */
  readonly beganAt: number;
  readonly unusualAt: number;
}

/** Departures that began and ended at one moment. */
export interface PeerChanges {
  readonly departures: readonly PeerDeparture[];
  readonly returns: readonly PeerReturn[];
}

const NO_CHANGES: PeerChanges = { departures: [], returns: [] };

/** Reference for the departures of one moment. */
interface Moment {
  readonly timestamp: number;
  readonly summary: PeerSummary;
  /** Common shift of the targets, in units, and their scatter relative to the usual one (at least 1). */
  readonly shift: number;
  readonly scatter: number;
  readonly bar: number;
}

/**
 * Finds departures in one metric of a group of targets: a target that leaves the fleet, but not a fleet that moves
 * together, nor a target that always differs or differs at the same time each day. Centre and scale are robust: median
 * and MAD (Rousseeuw & Croux 1993). Each target has its own unit, so that dissimilar targets do not raise alarms.
 */
export class PeerDetector {
  readonly #series = new Map<string, PeerSeries>();
  #episodes = 0;
  /** Target-weeks seen; forgotten at the same rate as the episodes. */
  #weeks = 0;

  /**
   * Processes one moment: epoch seconds, later than the previous one, and a finite value for each target that reported.
   * `thresholdOf` overrides `PEER_THRESHOLD` for a target.
   */
  next(
    timestamp: number,
    values: ReadonlyMap<string, number>,
    thresholdOf: (targetId: string) => number | undefined = () => undefined,
  ): PeerChanges {
    const summary = summarisePeers([...values.values()]);
    if (summary === undefined) return NO_CHANGES;
    const moment = this.#measure(timestamp, summary, values);
    const departures: PeerDeparture[] = [];
    const returns: PeerReturn[] = [];
    for (const [targetId, value] of values) {
      const series = this.#series.get(targetId) ?? new PeerSeries();
      this.#series.set(targetId, series);
      const threshold = thresholdOf(targetId) ?? PEER_THRESHOLD;
      const { departure, hasReturned } = this.#follow(moment, series, value, threshold);
      if (departure !== undefined) departures.push({ targetId, ...departure });
      if (hasReturned) returns.push({ targetId, ...series.episode });
    }
    return { departures, returns };
  }

  /** Forgets targets not seen since `timestamp` (epoch seconds). */
  forgetBefore(timestamp: number): void {
    for (const [targetId, { lastAt }] of this.#series) if (lastAt < timestamp) this.#series.delete(targetId);
  }

  get size(): number {
    return this.#series.size;
  }

  save(writer: ByteWriter): void {
    writer.f64(this.#episodes);
    writer.f64(this.#weeks);
    writer.varint(this.#series.size);
    for (const [targetId, series] of this.#series) {
      writer.text(targetId);
      series.save(writer);
    }
  }

  /** @throws InvalidInputError for damaged bytes */
  static load(reader: ByteReader): PeerDetector {
    const detector = new PeerDetector();
    detector.#episodes = reader.f64();
    detector.#weeks = reader.f64();
    for (let left = reader.varint(); left > 0; left--)
      detector.#series.set(reader.text(), PeerSeries.load(reader));
    return detector;
  }

  #measure(timestamp: number, summary: PeerSummary, values: ReadonlyMap<string, number>): Moment {
    const inUnits = [...values].map(([targetId, value]) => {
      const series = this.#series.get(targetId);
      const unit = series?.unit;
      return series === undefined || unit === undefined
        ? Number.NaN
        : (value - summary.median - series.usual(timestamp)) / unit;
    });
    const now = summarisePeers(inUnits);
    this.#episodes *= RATE_DECAY;
    this.#weeks = this.#weeks * RATE_DECAY + values.size / MOMENTS_PER_WEEK;
    const scatter = Math.max(1, UNIT_DEVIATIONS * (now?.spread ?? 0));
    return { timestamp, summary, shift: now?.median ?? 0, scatter, bar: this.#bar() };
  }

  /** Bar above the known departures of nine in ten targets; higher if targets of this group depart often. */
  #bar(): number {
    const known = Float64Array.from(this.#series.values(), ({ memory }) => memory).sort();
    const most = known[Math.floor(KNOWN_SHARE * known.length)] ?? 0;
    const rate = (this.#episodes + PRIOR.episodes) / (this.#weeks + PRIOR.weeks);
    return Math.max(MIN_BAR, BEYOND_KNOWN * most) * Math.sqrt(Math.max(1, rate / USUAL_RATE));
  }

  #follow(
    moment: Moment,
    series: PeerSeries,
    value: number,
    threshold: number,
  ): { readonly departure?: Omit<PeerDeparture, 'targetId'>; readonly hasReturned?: boolean } {
    const { timestamp, summary, shift, scatter } = moment;
    const since = series.lastAt;
    const unit = series.unit ?? 0;
    const usual = summary.median + series.usual(timestamp);
    const centre = usual + shift * unit;
    const bar = Math.max(moment.bar, BEYOND_KNOWN * series.memory);
    const units = series.observe(timestamp, value - usual, (value - centre) / scatter, summary.median);
    const turn = series.follow(units, (bar * threshold) / PEER_THRESHOLD);
    if (turn === 'begins') this.#episodes++;
    if (turn !== 'begins' || !series.isReady(timestamp)) return { hasReturned: turn === 'ends' };
    const reach = bar * unit * scatter;
    const departure = {
      ...{ timestamp, since, value, median: summary.median },
      score: (PEER_THRESHOLD * units) / bar,
      oneIn: series.points,
      peers: summary.count - 1,
      expected: rangeAround(centre, reach),
    };
    return { departure };
  }
}
