import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { AlertStage, type AlertStageOptions } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { type Partials, partialResiduals, RunningCovariance } from './covariance.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import { rangeAround } from './expected-range.ts';
import { LastingResiduals } from './lasting-residuals.ts';

const SHRINKAGE = 0.05;
/** 98 % of a normal distribution lies within this number of standard deviations. */
const BAND_DEVIATIONS = 2.326;
/** Estimating a covariance of d metrics requires several times d points. */
const POINTS_PER_METRIC = 20;
/** Chosen on the simulated fleet: docs/adr/0007-detection-in-the-pipeline.md. */
const THRESHOLD = 4.7;
export const MIN_COMBINED = 2;
export const MAX_COMBINED = 16;
/** Lets a residual twice as large as any before score high even if its past is short. */
const BEYOND_CAP = 1;
/** The square of a larger distance overflows. */
const MAX_DISTANCE = 1e150;

/** All metrics at one moment, in the detector's order. */
export interface Moment {
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly values: readonly number[];
  /** Signed distance of each value from the usual value at this time of day. */
  readonly differences: readonly number[];
}

/** Result of a combination for one moment. */
export interface CombinationResult {
  readonly kind: 'correlation';
  readonly score: number;
  readonly alert: boolean;
  /** How unusual the moment is by itself, before memory, budget and cooldown. */
  readonly combined: number;
  /** A residual this large occurs once in this many moments. */
  readonly oneIn: number;
  /** Epoch seconds at which the combination became unusual. */
  readonly since: number;
  /** The metric that fits the others least. */
  readonly metric: string;
  /** True if the metric is lower than the others predict, false if it is higher. */
  readonly isBelow: boolean;
  /** Largest lasting distance of a metric from its prediction by the others, relative to what is large for that metric. */
  readonly residual: number;
  /** Range of 98 % of the values of that metric, given the others. */
  readonly expected: { readonly lower: number; readonly upper: number };
  /** Distance of each metric from its prediction by the others, in standard deviations given the others. */
  readonly partials: Float64Array;
}

/**
 * Finds unusual combinations of a target's metrics, each of which may be ordinary by itself. Takes the distance of each
 * metric from its time-of-day average, keeps a running covariance of these distances, and calculates how far each metric
 * is from its prediction by the others (partial residuals). Residuals that last for about 24 moments are compared with
 * the past residuals of the same metric, because some metrics follow the others closely and some hardly at all.
 */
export class CombinationDetector {
  readonly metrics: readonly string[];
  private readonly covariance: RunningCovariance;
  private readonly lasting: LastingResiduals;
  private readonly past = new CalibratedPart(BEYOND_CAP);
  private readonly evidence = new Evidence();
  private readonly stage: AlertStage;
  private readonly options: AlertStageOptions;

  /** Two to 16 metric names; throws InvalidInputError for others. */
  constructor(metrics: readonly string[], options: Omit<DetectorOptions, 'variant'> = {}) {
    if (metrics.length < MIN_COMBINED || metrics.length > MAX_COMBINED) {
      throw new InvalidInputError(
        `expected ${MIN_COMBINED} to ${MAX_COMBINED} metrics, found ${metrics.length}`,
      );
    }
    this.metrics = metrics;
    this.covariance = new RunningCovariance(metrics.length);
    this.lasting = new LastingResiduals(metrics.length);
    this.options = alertStageOptions({ threshold: THRESHOLD, ...options, variant: 'light' });
    this.stage = new AlertStage(this.options);
  }

  /**
   * Scores the metrics of one moment, then learns them. Undefined if one is missing, and until enough was learned.
   * `thresholdOf` overrides the threshold for alerts that name this metric.
   */
  next(moment: Moment, thresholdOf?: (metric: string) => number | undefined): CombinationResult | undefined {
    const { timestamp, values, differences } = moment;
    const size = this.metrics.length;
    if (values.length !== size || differences.length !== size) return undefined;
    if (!values.every(Number.isFinite) || !differences.every(isUsable)) return undefined;
    const fit = this.fit(differences);
    this.covariance.absorb(Float64Array.from(differences));
    if (fit === undefined) return undefined;
    const { worst, isBelow, share: residual } = this.lasting.next(fit.distances);
    const metric = this.metrics[worst]!;
    const centre = values[worst]! - fit.distances[worst]! * fit.deviations[worst]!;
    const width = BAND_DEVIATIONS * fit.deviations[worst]!;
    const combined = this.past.score(residual);
    const threshold = thresholdOf?.(metric) ?? this.options.threshold;
    const score = this.stage.next(timestamp, this.evidence.next(timestamp, combined), threshold);
    return {
      ...{ kind: 'correlation', score, alert: score >= threshold, combined, metric, isBelow, residual },
      ...{ oneIn: Math.round(10 ** combined), since: this.evidence.since, partials: fit.distances },
      expected: rangeAround(centre, width),
    };
  }

  save(writer: ByteWriter): void {
    writer.floats(this.covariance.values);
    writer.varint(this.covariance.points);
    for (const part of [this.lasting, this.past, this.evidence, this.stage]) part.save(writer);
  }

  /** @throws InvalidInputError for damaged bytes */
  load(reader: ByteReader): void {
    reader.floatsInto(this.covariance.values, 'covariances');
    this.covariance.points = reader.varint();
    for (const part of [this.lasting, this.past, this.evidence, this.stage]) part.load(reader);
  }

  /** Compares each metric with the others; deviations are in its unit. */
  private fit(differences: readonly number[]): Partials | undefined {
    const { size } = this.covariance;
    if (this.covariance.points < POINTS_PER_METRIC * size) return undefined;
    const scales = this.covariance.deviations();
    // A metric that never moved has no scale; its own detector judges its first step.
    const z = scales.map((scale, i) => (scale > 0 ? differences[i]! / scale : 0));
    const partials = partialResiduals(this.covariance.correlations(SHRINKAGE), z);
    return partials && { ...partials, deviations: partials.deviations.map((one, i) => one * scales[i]!) };
  }
}

const isUsable = (difference: number): boolean => Math.abs(difference) < MAX_DISTANCE;
