import { InvalidInputError } from '../errors.ts';
import { inverse, RunningCovariance } from './covariance.ts';
import type { DetectorOptions } from './detector-options.ts';
import { ScoredAlert, type Verdict } from './scored-alert.ts';
import { SeasonalResidual } from './seasonal-residual.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

const SHRINKAGE = 0.05;
const BAND_TAIL = 0.02;
/** A covariance of d metrics needs several times d points. */
const POINTS_PER_METRIC = 20;
const MOST_METRICS = 16;

/** What the combination says of one moment. */
export interface CombinationResult extends Verdict {
  readonly kind: 'correlation';
  /** The metric that fits the others least. */
  readonly metric: string;
  /** Its distance from what the others let expect, in standard deviations given the others. */
  readonly residual: number;
  /** Where that metric was expected, given the others. */
  readonly expected: { readonly lower: number; readonly upper: number };
}

/**
 * Unusual combinations of one target's metrics, each of which may be ordinary by itself. Per metric the residual from
 * its time of day; over all of them a running covariance; then how far each metric lies from its prediction by the
 * others, read off the inverse covariance P: (P z)_i / sqrt(P_ii) (partial residuals, Lauritzen 1996, sec. 5.1).
 */
export class CombinationDetector {
  readonly metrics: readonly string[];
  private readonly seasonal: readonly SeasonalResidual[];
  private readonly covariance: RunningCovariance;
  private readonly verdict: ScoredAlert;

  /** Two to 16 metric names; throws InvalidInputError for others. */
  constructor(metrics: readonly string[], options: Omit<DetectorOptions, 'variant'> = {}) {
    if (metrics.length < 2 || metrics.length > MOST_METRICS) {
      throw new InvalidInputError(`expected 2 to ${MOST_METRICS} metrics, found ${metrics.length}`);
    }
    this.metrics = metrics;
    this.seasonal = metrics.map(() => new SeasonalResidual());
    this.covariance = new RunningCovariance(metrics.length);
    this.verdict = new ScoredAlert(options);
  }

  /**
   * Scores the values of all metrics at one moment, in the order of `metrics`, then learns them. Undefined where one
   * is missing, and while too little is known. Timestamp in epoch seconds.
   */
  next(timestamp: number, values: readonly number[]): CombinationResult | undefined {
    if (values.length !== this.metrics.length || !values.every(Number.isFinite)) return undefined;
    const differences = Float64Array.from(values, (value, i) => this.seasonal[i]!.next(timestamp, value));
    const size = this.metrics.length;
    const known = this.covariance.points >= POINTS_PER_METRIC * size;
    const precision = known ? inverse(this.covariance.shrunk(SHRINKAGE), size) : undefined;
    this.covariance.absorb(differences);
    if (precision === undefined) return undefined;
    const { worst, partial } = leastFitting(precision, differences);
    const deviation = 1 / Math.sqrt(precision[worst * (size + 1)]!);
    const centre = values[worst]! - partial * deviation;
    const width = this.verdict.quantile(BAND_TAIL) * deviation;
    const expected = { lower: centre - width, upper: centre + width };
    const residual = Math.abs(partial);
    const verdict = this.verdict.next(timestamp, residual);
    return { ...verdict, kind: 'correlation', metric: this.metrics[worst]!, residual, expected };
  }

  save(writer: StateWriter): void {
    for (const seasonal of this.seasonal) seasonal.save(writer);
    writer.floats(this.covariance.values);
    writer.whole(this.covariance.points);
    this.verdict.save(writer);
  }

  load(reader: StateReader): void {
    for (const seasonal of this.seasonal) seasonal.load(reader);
    this.covariance.values.set(reader.floats());
    this.covariance.points = reader.whole();
    this.verdict.load(reader);
  }
}

const leastFitting = (
  precision: Float64Array,
  differences: Float64Array,
): { worst: number; partial: number } => {
  const size = differences.length;
  let worst = 0;
  let partial = 0;
  for (let i = 0; i < size; i++) {
    let weighted = 0;
    for (let j = 0; j < size; j++) weighted += precision[i * size + j]! * differences[j]!;
    const own = weighted / Math.sqrt(precision[i * (size + 1)]!);
    if (Math.abs(own) <= Math.abs(partial)) continue;
    worst = i;
    partial = own;
  }
  return { worst, partial };
};
