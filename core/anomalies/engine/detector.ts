import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { AlertStage } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { type DetectionResult, describeAlert } from './detection-result.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import type { ForecastBand } from './forecast-residual.ts';
import { SeasonalResidual } from './seasonal-residual.ts';
import { combineParts, SeriesParts } from './series-parts.ts';
import { StreamClock } from './stream-clock.ts';

export type { DetectionResult } from './detection-result.ts';
export type { DetectorOptions, DetectorVariant, Sensitivity } from './detector-options.ts';

/** Optional external information about a point. */
export interface PointContext {
  /** Outer quantiles of the forecast published for this moment. */
  readonly forecast?: ForecastBand;
  /** Overrides the threshold for this point, from the settings of the tenant, metric or target. */
  readonly threshold?: number;
}

/** A streaming anomaly detector of one series, strictly causal, with O(1) state. */
export interface Detector {
  /** Scores one point, then learns it. Timestamp in epoch seconds; never throws on gaps, NaN or disorder. */
  next(timestamp: number, value: number, context?: PointContext): DetectionResult;
  /** Range of 98 % of the values at this time of day; undefined until a value was seen at this time. */
  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined;
}

const BAND_TAIL = 0.02;
/** Max amount that a value far beyond all previous ones adds to the score of its rank, which a short past limits. */
const SEASONAL_BEYOND_CAP = 3;
const PASSED_OVER: DetectionResult = { score: 0, alert: false, parts: {} };
const NO_CONTEXT: PointContext = {};

/** The only implementation: create with `createDetector`, save with `serialise`. */
export class StreamingDetector implements Detector {
  readonly options: DetectorOptions;
  private readonly threshold: number;
  private readonly clock = new StreamClock();
  private readonly seasonal = new SeasonalResidual();
  private readonly seasonalPast = new CalibratedPart(SEASONAL_BEYOND_CAP);
  private readonly more: SeriesParts | undefined;
  private readonly evidence = new Evidence();
  private readonly stage: AlertStage;

  constructor(options: DetectorOptions) {
    const stage = alertStageOptions(options);
    this.options = options;
    this.threshold = stage.threshold;
    this.more = options.variant === 'light' ? undefined : new SeriesParts();
    this.stage = new AlertStage(stage);
  }

  next(timestamp: number, value: number, context: PointContext = NO_CONTEXT): DetectionResult {
    if (!this.clock.accepts(timestamp, value)) return PASSED_OVER;
    const average = this.seasonal.average(timestamp);
    const daily = this.seasonal.daily(timestamp);
    const shape = this.more === undefined ? 0 : this.seasonal.shape(timestamp);
    const difference = this.seasonal.next(timestamp, value);
    const residual = Math.abs(difference);
    const seasonal = { residual, score: this.seasonalPast.score(residual) };
    const { forecast } = context;
    const parts = this.more?.next({ value, difference, shape, seasonal, forecast }) ?? { seasonal };
    const combined = this.more === undefined ? seasonal.score : combineParts(parts);
    const threshold = context.threshold ?? this.threshold;
    const score = this.stage.next(timestamp, this.evidence.next(timestamp, combined), threshold);
    const said = { score, combined, difference: Number.isNaN(daily) ? 0 : value - daily, parts };
    if (score < threshold) return { ...said, alert: false };
    return { ...said, alert: true, ...describeAlert(parts, this.evidence.since, this.band(average)) };
  }

  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined {
    return this.band(this.seasonal.average(timestamp));
  }

  save(writer: ByteWriter): void {
    for (const part of [this.clock, this.seasonal, this.seasonalPast, this.evidence, this.stage])
      part.save(writer);
    this.more?.save(writer);
  }

  load(reader: ByteReader): void {
    for (const part of [this.clock, this.seasonal, this.seasonalPast, this.evidence, this.stage])
      part.load(reader);
    this.more?.load(reader);
  }

  private band(average: number): { lower: number; upper: number } | undefined {
    if (Number.isNaN(average)) return undefined;
    const width = this.seasonalPast.quantile(BAND_TAIL);
    return { lower: average - width, upper: average + width };
  }
}

/** Creates a detector without a past. Defaults: full variant, balanced sensitivity. */
export const createDetector = (options: DetectorOptions = {}): Detector => new StreamingDetector(options);
