import { METRIC_KINDS, type MetricKind } from '../../metrics/series/metric-series.ts';
import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import type { Alert } from '../announcing/alert.ts';
import type { AlertDetail, DetectionResult } from '../engine/detection-result.ts';
import { createDetector, type Detector, type PointContext } from '../engine/detector.ts';
import { alertStageOptions, type DetectorOptions, type DetectorVariant } from '../engine/detector-options.ts';
import { restore, serialise } from '../engine/detector-state.ts';
import { type EndedEpisode, Episode } from '../engine/episode.ts';
import { HourSet } from './hour-set.ts';
import type { ObservedPoint } from './observed-point.ts';

/** These alerts page people, so prefer precision: half as many, more of them right. */
const OPTIONS = { sensitivity: 'precise' } as const satisfies Omit<DetectorOptions, 'variant'>;

const VARIANTS: readonly DetectorVariant[] = ['light', 'full'];

/** Result of processing one point. */
export interface Observation {
  readonly seen: ObservedPoint;
  readonly alert: Alert | undefined;
  readonly ended: EndedEpisode | undefined;
}

const isAlert = (result: DetectionResult): result is DetectionResult & AlertDetail =>
  result.alert && result.kind !== undefined;

const scoresOf = (parts: DetectionResult['parts']): Record<string, number> =>
  Object.fromEntries(Object.entries(parts).map(([name, { score }]) => [name, score]));

/** During a lasting fault the part that raised the alert, or the time of day, is still unusual; the other parts lag. */
const judgedBy = (parts: DetectionResult['parts'], leading: string): number => {
  const judged = Object.entries(parts).filter(([name]) => name === 'seasonal' || name === leading);
  return Math.max(0, ...judged.map(([, { score }]) => score));
};

/** One metric of a target and its detector. Counters are tracked as rates per second. */
export class TrackedSeries {
  readonly metric: string;
  readonly variant: DetectorVariant;
  readonly kind: MetricKind;
  /** Hours with points. */
  readonly hours = new HourSet();
  /** Points scored so far. */
  points = 0;
  /** Epoch seconds of the first and the newest point seen; NaN before. */
  first = Number.NaN;
  newest = Number.NaN;
  #newestRaw = Number.NaN;
  #detector: Detector;
  readonly #episode = new Episode();

  constructor(metric: string, variant: DetectorVariant, kind: MetricKind) {
    this.metric = metric;
    this.variant = variant;
    this.kind = kind;
    this.#detector = createDetector({ ...OPTIONS, variant });
  }

  /** Learns one stored point. Points must come in order of time; others are skipped. */
  next(timestamp: number, raw: number, context: PointContext): Observation | undefined {
    if (timestamp <= this.newest) return undefined;
    const value = this.kind === 'counter' ? (raw - this.#newestRaw) / (timestamp - this.newest) : raw;
    if (Number.isNaN(this.first)) this.first = timestamp;
    this.newest = timestamp;
    this.#newestRaw = raw;
    // The first value of a counter has no rate, and a falling value means a reset.
    if (!Number.isFinite(value) || (this.kind === 'counter' && value < 0)) return undefined;
    this.points++;
    return this.#observe({ timestamp, value }, this.#detector.next(timestamp, value, context));
  }

  /** Open while this metric is unusual and its alert was announced. */
  get episode(): Episode {
    return this.#episode;
  }

  /** Range of 98 % of the values at this time of day; undefined until a value was seen at this time. */
  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined {
    return this.#detector.expected(timestamp);
  }

  /** True if enough was learned to raise alerts. */
  get isCalibrated(): boolean {
    const { warmupPoints, warmupSeconds } = alertStageOptions({ ...OPTIONS, variant: this.variant });
    return this.points > warmupPoints && this.newest - this.first >= warmupSeconds;
  }

  save(writer: ByteWriter): void {
    writer.text(this.metric);
    writer.u8(METRIC_KINDS.indexOf(this.kind));
    writer.u8(VARIANTS.indexOf(this.variant));
    writer.varint(this.points);
    for (const number of [this.first, this.newest, this.#newestRaw]) writer.f64(number);
    this.hours.save(writer);
    this.#episode.save(writer);
    writer.block(serialise(this.#detector));
  }

  /** @throws InvalidInputError for damaged bytes, and for another version of the detector */
  static load(reader: ByteReader): TrackedSeries {
    const metric = reader.text();
    const kind = METRIC_KINDS[reader.u8()] ?? 'gauge';
    const variant = VARIANTS[reader.u8()] ?? 'light';
    const points = reader.varint();
    const [first, newest, newestRaw] = [reader.f64(), reader.f64(), reader.f64()];
    const series = new TrackedSeries(metric, variant, kind);
    series.hours.load(reader);
    series.#episode.load(reader);
    const detector = restore(reader.block(), OPTIONS);
    Object.assign(series, { points, first, newest });
    series.#newestRaw = newestRaw;
    series.#detector = detector;
    return series;
  }

  #observe(
    { timestamp, value }: { readonly timestamp: number; readonly value: number },
    result: DetectionResult,
  ): Observation {
    const { metric } = this;
    const episode = this.#episode;
    // A point that may be a glitch is not learned with the target's other metrics.
    const difference = result.isFar === true ? Number.NaN : (result.difference ?? Number.NaN);
    const seen = { timestamp, value, difference };
    if (!isAlert(result)) {
      const ended = episode.isOpen
        ? episode.next(timestamp, judgedBy(result.parts, episode.leading))
        : undefined;
      return { seen: { ...seen, inEpisode: episode.isOpen }, alert: undefined, ended };
    }
    const alert = { ...result, parts: scoresOf(result.parts), metric, timestamp, value };
    const ended = episode.begin({ metric, timestamp }, result.leading);
    return { seen: { ...seen, inEpisode: true }, alert, ended };
  }
}
