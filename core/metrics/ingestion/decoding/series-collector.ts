/** Collects decoded points into series and applies the rules that all formats share. */

import { DAY_SECONDS } from '../../../shared/time.ts';
import { kindByName } from '../../meaning/metric-meaning.ts';
import type { MetricKind, MetricSeries } from '../../series/metric-series.ts';
import type { Profile } from '../../targets/target.ts';
import { type FieldError, IngestRejection } from './ingest-rejection.ts';
import { type IngestLimits, MAX_FUTURE_SECONDS, MAX_REPORTED_ERRORS } from './limits.ts';

/** Names the field or line of a point; called only for points that are reported. */
export type FieldOf = () => string;

export interface SeriesIdentity {
  readonly targetId: string;
  readonly metric: string;
  readonly kind?: MetricKind | undefined;
  readonly unit?: string | undefined;
}

/** A series being collected; opaque to the formats. */
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
  /** Usable points that no later point of the request replaces. */
  readonly accepted: number;
  /** Usable points replaced by a later one of the same series and second. */
  readonly duplicates: number;
  /** NaN or null: the sender had no value. */
  readonly missing: number;
  readonly rejected: { readonly count: number; readonly samples: readonly FieldError[] };
  /** Series that several senders of the request write, although they differ. */
  readonly collisions: number;
  /** Data points of unsupported kinds (histograms, summaries). */
  readonly unsupported: number;
}

/** Beyond the year 5000 if read as seconds: the sender meant milliseconds or finer. */
const MAX_EPOCH_SECONDS = 100_000_000_000;

const isOrdered = (timestamps: readonly number[]): boolean =>
  timestamps.every((timestamp, index) => index === 0 || timestamp > timestamps[index - 1]!);

/** Points in order of time; of several in one second, the last one sent. */
const ordered = ({ timestamps, values }: OpenSeries): { timestamps: number[]; values: number[] } => {
  if (isOrdered(timestamps)) return { timestamps, values };
  const latest = new Map(timestamps.map((timestamp, index) => [timestamp, values[index]!]));
  const instants = [...latest.keys()].sort((a, b) => a - b);
  return { timestamps: instants, values: instants.map((instant) => latest.get(instant)!) };
};

const toSeries = (open: OpenSeries): MetricSeries => {
  const { targetId, metric, kind = kindByName(metric) ?? 'gauge', unit } = open.identity;
  return { targetId, metric, kind, ...(unit === undefined ? {} : { unit }), ...ordered(open) };
};

export class SeriesCollector {
  readonly #options: CollectorOptions;
  readonly #oldest: number;
  readonly #newest: number;
  readonly #targets = new Map<string, Map<string, OpenSeries>>();
  readonly #profiles = new Map<string, Profile>();
  readonly #samples: FieldError[] = [];
  #series = 0;
  #points = 0;
  #missing = 0;
  #rejected = 0;
  #unsupported = 0;
  #collisions = 0;

  constructor(options: CollectorOptions) {
    const receivedSeconds = Math.floor(options.receivedAt / 1000);
    this.#options = options;
    this.#oldest = receivedSeconds - options.retentionDays * DAY_SECONDS;
    this.#newest = receivedSeconds + MAX_FUTURE_SECONDS;
  }

  /** The series to add points to; its first use decides kind and unit. The identifiers must be valid. */
  open(identity: SeriesIdentity): OpenSeries {
    const metrics = this.#metricsOf(identity.targetId);
    const known = metrics.get(identity.metric);
    if (known !== undefined) return known;
    const { maxSeries } = this.#options.limits;
    if (++this.#series > maxSeries)
      throw new IngestRejection('body-too-large', `more than ${maxSeries} series in one request`);
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

  /** Adds one point: epoch seconds and a value, NaN if missing. */
  point(series: OpenSeries, timestamp: number, value: number, field: FieldOf): void {
    this.#count(1);
    if (Number.isNaN(value)) this.#missing++;
    else if (!Number.isFinite(value)) this.#report(1, field, 'not-finite', 'the value is infinite');
    else if (this.#isInRange(timestamp, field)) {
      series.timestamps.push(timestamp);
      series.values.push(value);
    }
  }

  #isInRange(timestamp: number, field: FieldOf): boolean {
    if (timestamp >= this.#oldest && timestamp <= this.#newest) return true;
    if (timestamp > MAX_EPOCH_SECONDS)
      this.#report(
        1,
        field,
        'in-future',
        `${timestamp} is too large for epoch seconds; is it in milliseconds?`,
      );
    else if (timestamp > this.#newest)
      this.#report(1, field, 'in-future', `more than ${MAX_FUTURE_SECONDS / 60} minutes in the future`);
    else this.#report(1, field, 'too-old', `older than the retention of ${this.#options.retentionDays} days`);
    return false;
  }

  /** Counts rejected points and reports the reason. */
  reject(points: number, field: FieldOf, code: string, message: string): void {
    this.#count(points);
    this.#report(points, field, code, message);
  }

  #report(points: number, field: FieldOf, code: string, message: string): void {
    this.#rejected += points;
    this.note(field, code, message);
  }

  /** Reports something that was ignored, without counting any point. */
  note(field: FieldOf, code: string, message: string): void {
    if (this.#samples.length < MAX_REPORTED_ERRORS) this.#samples.push({ field: field(), code, message });
  }

  /** Reports that several senders write one series. */
  collision(field: FieldOf, message: string): void {
    this.#collisions++;
    this.note(field, 'shared-series', message);
  }

  /** Counts data points of an unsupported kind. */
  unsupported(points: number): void {
    this.#count(points);
    this.#unsupported += points;
  }

  profile(targetId: string, profile: Profile): void {
    this.#profiles.set(targetId, profile);
  }

  /** @throws IngestRejection if the request has more points than allowed */
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
      collisions: this.#collisions,
    };
  }
}
