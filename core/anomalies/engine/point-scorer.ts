import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { AlertStage } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { type DetectionResult, describeAlert } from './detection-result.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import { rangeAround } from './expected-range.ts';
import type { ForecastBand } from './forecast-residual.ts';
import { SeasonalResidual } from './seasonal-residual.ts';
import { combineParts, SeriesParts } from './series-parts.ts';

/** Optional external information about a point. */
export interface PointContext {
  /** Outer quantiles of the forecast published for this moment. */
  readonly forecast?: ForecastBand;
  /** Overrides the threshold for this point, from the settings of the tenant, metric or target. */
  readonly threshold?: number;
}

/** A point that the stream's clock accepted. Timestamp in epoch seconds, value finite. */
export interface AcceptedPoint {
  readonly timestamp: number;
  readonly value: number;
  readonly context: PointContext;
}

const BAND_TAIL = 0.02;
/** Max amount that a value far beyond all previous ones adds to the score of its rank, which a short past limits. */
const SEASONAL_BEYOND_CAP = 3;

/** Everything that a detector learns from the points that it accepts: scores one point, then learns it. */
export class PointScorer {
  readonly options: DetectorOptions;
  private readonly threshold: number;
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

  /** `timestamp` in epoch seconds, later than that of the point before; `value` finite. */
  next({ timestamp, value, context }: AcceptedPoint): DetectionResult {
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

  /** Usual value at this time of day; NaN until a value was seen at this time. */
  average(timestamp: number): number {
    return this.seasonal.average(timestamp);
  }

  /** Upper edge of the largest distances from the usual value that were learned; 0 without a past. */
  largestResidual(): number {
    return this.seasonalPast.quantile(0);
  }

  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined {
    return this.band(this.seasonal.average(timestamp));
  }

  save(writer: ByteWriter): void {
    for (const part of [this.seasonal, this.seasonalPast, this.evidence, this.stage]) part.save(writer);
    this.more?.save(writer);
  }

  load(reader: ByteReader): void {
    for (const part of [this.seasonal, this.seasonalPast, this.evidence, this.stage]) part.load(reader);
    this.more?.load(reader);
  }

  private band(average: number): { lower: number; upper: number } | undefined {
    if (Number.isNaN(average)) return undefined;
    return rangeAround(average, this.seasonalPast.quantile(BAND_TAIL));
  }
}

/** A scorer with the same past that learns independently. */
export const copyOf = (scorer: PointScorer): PointScorer => {
  const writer = new ByteWriter();
  scorer.save(writer);
  const copy = new PointScorer(scorer.options);
  copy.load(new ByteReader(writer.finish()));
  return copy;
};
