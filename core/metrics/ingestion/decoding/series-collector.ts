/** Gathers decoded points into series, applying the rules every format shares. */
import { DAY_SECONDS } from '../../../shared/time.ts';
import type { MetricKind, MetricSeries } from '../../series/metric-series.ts';
import type { Profile } from '../../targets/target.ts';
import { type FieldError, IngestRejection } from './ingest-rejection.ts';
import { type IngestLimits, MAX_FUTURE_SECONDS, MAX_REPORTED_ERRORS } from './limits.ts';

/** Names the field or line of a point, built only for points that are reported. */
export type FieldOf = () => string;

export interface SeriesIdentity {
  readonly targetId: string;
  readonly metric: string;
  readonly kind?: MetricKind | undefined;
  readonly unit?: string | undefined;
}

/** A series being gathered; opaque to the formats. */
export interface OpenSeries {
  readonly identity: SeriesIdentity;
  readonly timestamps: number[];
  readonly values: number[];
}

export interface CollectorOptions {
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}

export interface Collected {
  readonly series: readonly MetricSeries[];
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Points kept: usable, and not repeated later in the request. */
  readonly accepted: number;
  /** Usable points superseded by a later one of the same series and second. */
  readonly duplicates: number;
  /** NaN or null: the sender had no value. */
  readonly missing: number;
  readonly rejected: { readonly count: number; readonly samples: readonly FieldError[] };
  /** Data points of kinds that are not taken (histograms, summaries). */
  readonly unsupported: number;
}

/** As seconds this lies beyond the year 5000: the sender meant milliseconds or finer. */
const NOT_SECONDS = 100_000_000_000;

const isOrdered = (timestamps: readonly number[]): boolean =>
  timestamps.every((timestamp, index) => index === 0 || timestamp > timestamps[index - 1]!);

/** Points in order of time; of several within a second the one sent last. */
const ordered = ({ timestamps, values }: OpenSeries): { timestamps: number[]; values: number[] } => {
  if (isOrdered(timestamps)) return { timestamps, values };
  const latest = new Map(timestamps.map((timestamp, index) => [timestamp, values[index]!]));
  const instants = [...latest.keys()].sort((a, b) => a - b);
  return { timestamps: instants, values: instants.map((instant) => latest.get(instant)!) };
};

const toSeries = (open: OpenSeries): MetricSeries => {
  const { targetId, metric, kind = 'gauge', unit } = open.identity;
  return { targetId, metric, kind, ...(unit === undefined ? {} : { unit }), ...ordered(open) };
};

export class SeriesCollector {
  readonly #options: CollectorOptions;
  readonly #oldest: number;
  readonly #newest: number;
  readonly #targets = new Map<string, Map<string, OpenSeries>>();
  readonly #profiles = new Map<string, Profile>();
  readonly #samples: FieldError[] = [];
  #points = 0;
  #missing = 0;
  #rejected = 0;
  #unsupported = 0;

  constructor(options: CollectorOptions) {
    const receivedSeconds = Math.floor(options.receivedAt / 1000);
    this.#options = options;
    this.#oldest = receivedSeconds - options.retentionDays * DAY_SECONDS;
    this.#newest = receivedSeconds + MAX_FUTURE_SECONDS;
  }

  /** The series to add points to; the first to name kind and unit decides them. Ids must be valid already. */
  open(identity: SeriesIdentity): OpenSeries {
    const metrics = this.#metricsOf(identity.targetId);
    const known = metrics.get(identity.metric);
    if (known !== undefined) return known;
    const opened: OpenSeries = { identity, timestamps: [], values: [] };
    metrics.set(identity.metric, opened);
    return opened;
  }

  #metricsOf(targetId: string): Map<string, OpenSeries> {
    const known = this.#targets.get(targetId);
    if (known !== undefined) return known;
    const { maxTargets } = this.#options.limits;
    if (this.#targets.size >= maxTargets)
      throw new IngestRejection('body-too-large', `more than ${maxTargets} targets in one request`);
    const metrics = new Map<string, OpenSeries>();
    this.#targets.set(targetId, metrics);
    return metrics;
  }

  /** Takes one point: epoch seconds and a value, NaN where missing. */
  point(series: OpenSeries, timestamp: number, value: number, field: FieldOf): void {
    this.#count(1);
    if (Number.isNaN(value)) this.#missing++;
    else if (!Number.isFinite(value)) this.#refuse(1, field, 'not-finite', 'the value is infinite');
    else if (this.#inTime(timestamp, field)) {
      series.timestamps.push(timestamp);
      series.values.push(value);
    }
  }

  #inTime(timestamp: number, field: FieldOf): boolean {
    if (timestamp >= this.#oldest && timestamp <= this.#newest) return true;
    if (timestamp > NOT_SECONDS)
      this.#refuse(1, field, 'in-future', `${timestamp} is no epoch seconds; milliseconds perhaps?`);
    else if (timestamp > this.#newest)
      this.#refuse(
        1,
        field,
        'in-future',
        `more than ${MAX_FUTURE_SECONDS / 60} minutes ahead of its receipt`,
      );
    else
      this.#refuse(1, field, 'too-old', `older than the ${this.#options.retentionDays} days that are kept`);
    return false;
  }

  /** Counts points that cannot be taken at all, with the reason. */
  reject(points: number, field: FieldOf, code: string, message: string): void {
    this.#count(points);
    this.#refuse(points, field, code, message);
  }

  #refuse(points: number, field: FieldOf, code: string, message: string): void {
    this.#rejected += points;
    this.note(field, code, message);
  }

  /** Tells the sender of something ignored, without counting any point. */
  note(field: FieldOf, code: string, message: string): void {
    if (this.#samples.length < MAX_REPORTED_ERRORS) this.#samples.push({ field: field(), code, message });
  }

  /** Counts data points of a kind that is not taken. */
  unsupported(points: number): void {
    this.#count(points);
    this.#unsupported += points;
  }

  profile(targetId: string, profile: Profile): void {
    this.#profiles.set(targetId, profile);
  }

  /** @throws IngestRejection before the request can hold more points than allowed */
  #count(points: number): void {
    this.#points += points;
    const { maxPoints } = this.#options.limits;
    if (this.#points > maxPoints)
      throw new IngestRejection('body-too-large', `more than ${maxPoints} points in one request`);
  }

  finish(): Collected {
    const open = [...this.#targets.values()].flatMap((metrics) => [...metrics.values()]);
    const series = open.filter(({ timestamps }) => timestamps.length > 0).map(toSeries);
    const usable = open.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    const accepted = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    return {
      series,
      profiles: this.#profiles,
      accepted,
      duplicates: usable - accepted,
      missing: this.#missing,
      rejected: { count: this.#rejected, samples: this.#samples },
      unsupported: this.#unsupported,
    };
  }
}
