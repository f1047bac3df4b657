import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { AlertStage, type AlertStageOptions } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { type Partials, partialResiduals, RunningCovariance } from './covariance.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import { LastingResiduals } from './lasting-residuals.ts';

const SHRINKAGE = 0.05;
/** 98 % of a normal distribution lie within so many standard deviations. */
const BAND_DEVIATIONS = 2.326;
/** A covariance of d metrics needs several times d points. */
const POINTS_PER_METRIC = 20;
/** Chosen on the simulated fleet: docs/adr/0007-detection-in-the-pipeline.md. */
const THRESHOLD = 4.7;
export const MIN_COMBINED = 2;
export const MAX_COMBINED = 16;
/** A residual twice as large as any before says so however short its past is. */
const BEYOND_CAP = 1;
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
  /** Whether it is lower than the others let expect; otherwise it is higher. */
  readonly isBelow: boolean;
  /** Largest lasting distance of a metric from what the others let expect, in what is large for that metric. */
  readonly residual: number;
  /** Where 98 % of the values of that metric were expected, given the others. */
  readonly expected: { readonly lower: number; readonly upper: number };
  /** Distance of each metric from what the others let expect, in standard deviations given the others. */
  readonly partials: Float64Array;
}

/**
 * Unusual combinations of one target's metrics, each of which may be ordinary by itself. Of each metric the distance
 * from its time of day; over all of them a running covariance; then how far each metric lies from its prediction by
 * the others (partial residuals). What lasts about 24 moments counts, against what each metric's own residual has reached before: some
 * follow the others closely, some hardly at all.
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
   * Scores the metrics of one moment, then learns them. Undefined where one is missing, and while too little is known.
   * `thresholdOf`: another bar for alerts that name this metric.
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
      expected: { lower: centre - width, upper: centre + width },
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

  /** Each metric against the others, deviations in its unit. */
  private fit(differences: readonly number[]): Partials | undefined {
    const { size } = this.covariance;
    if (this.covariance.points < POINTS_PER_METRIC * size) return undefined;
    const scales = this.covariance.deviations();
    // A metric that never moved has no scale: its first step is for its own detector to judge.
    const z = scales.map((scale, i) => (scale > 0 ? differences[i]! / scale : 0));
    const partials = partialResiduals(this.covariance.correlations(SHRINKAGE), z);
    return partials && { ...partials, deviations: partials.deviations.map((one, i) => one * scales[i]!) };
  }
}

const isUsable = (difference: number): boolean => Math.abs(difference) < FARTHEST;
