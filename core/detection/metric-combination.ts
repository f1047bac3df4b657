import { InvalidInputError } from '../errors.ts';
import { AlertStage, type AlertStageOptions } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { inverse, RunningCovariance } from './covariance.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

const SHRINKAGE = 0.05;
const BAND_TAIL = 0.02;
/** A covariance of d metrics needs several times d points. */
const POINTS_PER_METRIC = 20;
export const FEWEST_COMBINED = 2;
export const MOST_COMBINED = 16;
/** The square of a larger distance is no number. */
const FARTHEST = 1e150;

/** All metrics at one moment, in the detector's order. */
export interface Moment {
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly values: readonly number[];
  /** Signed distance of each value from what is usual at this time of day. */
  readonly differences: readonly number[];
}

/** What the combination says of one moment. */
export interface CombinationResult {
  readonly kind: 'correlation';
  readonly score: number;
  readonly alert: boolean;
  /** How unusual the moment is by itself: before memory, budget and silence. */
  readonly combined: number;
  /** The residual is met once in so many moments. */
  readonly oneIn: number;
  /** Epoch seconds since when the combination has been unusual. */
  readonly since: number;
  /** The metric that fits the others least. */
  readonly metric: string;
  /** Its distance from what the others let expect, in standard deviations given the others. */
  readonly residual: number;
  /** Where that metric was expected, given the others. */
  readonly expected: { readonly lower: number; readonly upper: number };
}

/**
 * Unusual combinations of one target's metrics, each of which may be ordinary by itself. Of each metric the distance
 * from its time of day; over all of them a running covariance; then how far each metric lies from its prediction by
 * the others, read off the inverse P of the correlations: (P z)_i / sqrt(P_ii) (partial residuals, Lauritzen 1996,
 * sec. 5.1).
 */
export class CombinationDetector {
  readonly metrics: readonly string[];
  private readonly covariance: RunningCovariance;
  private readonly past = new CalibratedPart();
  private readonly evidence = new Evidence();
  private readonly stage: AlertStage;
  private readonly options: AlertStageOptions;

  /** Two to 16 metric names; throws InvalidInputError for others. */
  constructor(metrics: readonly string[], options: Omit<DetectorOptions, 'variant'> = {}) {
    if (metrics.length < FEWEST_COMBINED || metrics.length > MOST_COMBINED) {
      throw new InvalidInputError(
        `expected ${FEWEST_COMBINED} to ${MOST_COMBINED} metrics, found ${metrics.length}`,
      );
    }
    this.metrics = metrics;
    this.covariance = new RunningCovariance(metrics.length);
    this.options = alertStageOptions({ sensitivity: 'precise', ...options, variant: 'light' });
    this.stage = new AlertStage(this.options);
  }

  /**
   * Scores the metrics of one moment, then learns them. Undefined where one is missing, and while too little is known.
   * `thresholdOf`: another bar for alerts that name this metric.
   */
  next(moment: Moment, thresholdOf?: (metric: string) => number | undefined): CombinationResult | undefined {
    const { timestamp, values, differences } = moment;
    const size = this.metrics.length;
    if (values.length !== size || differences.length !== size) return undefined;
    if (!values.every(Number.isFinite) || !differences.every(isUsable)) return undefined;
    const fit = this.leastFitting(differences);
    this.covariance.absorb(Float64Array.from(differences));
    if (fit === undefined) return undefined;
    const metric = this.metrics[fit.worst]!;
    const residual = Math.abs(fit.partial);
    const centre = values[fit.worst]! - fit.partial * fit.deviation;
    const width = this.past.quantile(BAND_TAIL) * fit.deviation;
    const combined = this.past.score(residual);
    const threshold = thresholdOf?.(metric) ?? this.options.threshold;
    const score = this.stage.next(timestamp, this.evidence.next(timestamp, combined), threshold);
    return {
      ...{ kind: 'correlation', score, alert: score >= threshold, combined, metric, residual },
      ...{ oneIn: Math.round(10 ** combined), since: this.evidence.since },
      expected: { lower: centre - width, upper: centre + width },
    };
  }

  save(writer: StateWriter): void {
    writer.floats(this.covariance.values);
    writer.whole(this.covariance.points);
    for (const part of [this.past, this.evidence, this.stage]) part.save(writer);
  }

  /** @throws InvalidInputError for damaged bytes */
  load(reader: StateReader): void {
    const values = reader.floats();
    if (values.length !== this.covariance.values.length) {
      throw new InvalidInputError(`expected the covariance of ${this.metrics.length} metrics`);
    }
    this.covariance.values.set(values);
    this.covariance.points = reader.whole();
    for (const part of [this.past, this.evidence, this.stage]) part.load(reader);
  }

  /** The worst partial residual, in standard deviations given the others, and that deviation in the metric's unit. */
  private leastFitting(
    differences: readonly number[],
  ): { worst: number; partial: number; deviation: number } | undefined {
    const size = this.metrics.length;
    if (this.covariance.points < POINTS_PER_METRIC * size) return undefined;
    const scales = this.covariance.deviations();
    const precision = inverse(this.covariance.correlations(SHRINKAGE), size);
    if (precision === undefined) return undefined;
    // A metric that never moved has no scale: its first step is for its own detector to judge.
    const z = differences.map((difference, i) => (scales[i]! > 0 ? difference / scales[i]! : 0));
    const { worst, partial } = worstPartial(precision, z);
    const deviation = scales[worst]! / Math.sqrt(precision[worst * (size + 1)]!);
    return { worst, partial, deviation };
  }
}

const isUsable = (difference: number): boolean => Math.abs(difference) < FARTHEST;

const worstPartial = (precision: Float64Array, z: readonly number[]): { worst: number; partial: number } => {
  const size = z.length;
  let worst = 0;
  let partial = 0;
  for (let i = 0; i < size; i++) {
    let weighted = 0;
    for (let j = 0; j < size; j++) weighted += precision[i * size + j]! * z[j]!;
    const own = weighted / Math.sqrt(precision[i * (size + 1)]!);
    if (Math.abs(own) <= Math.abs(partial)) continue;
    worst = i;
    partial = own;
  }
  return { worst, partial };
};
