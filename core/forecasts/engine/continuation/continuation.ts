import { normalQuantile } from '../../../shared/maths/normal-quantile.ts';
import { sortedQuantile } from '../../../shared/maths/order-statistics.ts';
import type { LineFit, LineFits } from '../series/line-fits.ts';
import { accelerationOf } from './acceleration.ts';
import { type Ramp, slopeError } from './ramp.ts';

/** Relative uncertainty of the future slope, as one standard deviation. */
const SLOPE_SPREAD = 0.2;
/** Squared t-value at which the slope of a part counts half. */
const HALF_WEIGHT = 9;
/** Residuals that give the present distance from the line. */
const RECENT = 6;
/** Acceleration continues for this share of the time over which it was seen. */
const ACCELERATES_FOR = 0.5;

/** The distribution of the paths that a series takes if its ramp continues. */
export interface Continuation {
  /** Median path, one value per step. */
  readonly centre: Float64Array;
  /** Standard deviation of the path at each step: the paths fan out as their slopes differ. */
  readonly fan: Float64Array;
  /** Distances from the path, ascending. */
  readonly residuals: Float64Array;
  /** Autocorrelation of the distances at lag 1. */
  readonly persistence: number;
}

const shrunk = (slope: number, part: number, error: number): number => {
  if (error === 0) return part;
  const z = (part - slope) / error;
  return slope + ((part - slope) * z * z) / (z * z + HALF_WEIGHT);
};

/** Slope of the line, moved to that of its last half, and to that of its last quarter if that is lower. */
const presentSlope = ({ episode, half, quarter, inflation }: Ramp): number => {
  const moved = (slope: number, part: LineFit) => shrunk(slope, part.slope, slopeError(part, inflation));
  const slope = moved(episode.line.slope, half);
  const sign = Math.sign(episode.line.slope);
  return sign * quarter.slope < sign * slope ? moved(slope, quarter) : slope;
};

const meanOfLast = (values: Float64Array, count: number): number => {
  let total = 0;
  for (let i = values.length - count; i < values.length; i++) total += values[i]!;
  return total / count;
};

interface Growth {
  readonly slope: number;
  readonly perStep: number;
  /** Steps for which the slope still changes. */
  readonly lasts: number;
}

const growthOf = (fits: LineFits, ramp: Ramp): Growth => {
  const slope = presentSlope(ramp);
  const acceleration = accelerationOf(fits, ramp);
  if (acceleration === null) return { slope, perStep: 0, lasts: 0 };
  const { weight } = acceleration;
  const seen = weight > 0.5 ? acceleration.length : ramp.episode.line.length;
  return {
    slope: (1 - weight) * slope + weight * acceleration.slope,
    perStep: weight * acceleration.perStep,
    lasts: ACCELERATES_FOR * seen,
  };
};

/**
 * Continues a ramp: a local linear trend from the end of its line, accelerated if the growth was; the present distance
 * from the line fades with the persistence of the residuals.
 */
export const continueRamp = (fits: LineFits, ramp: Ramp, horizon: number): Continuation => {
  const { line } = ramp.episode;
  const { slope, perStep, lasts } = growthOf(fits, ramp);
  const distance = meanOfLast(ramp.residuals, Math.min(RECENT, line.length));
  const centre = Float64Array.from({ length: horizon }, (_, h) => {
    const lead = h + 1;
    const changing = Math.min(lead, lasts);
    const growth = slope * lead + perStep * (changing * lead - (changing * changing) / 2);
    return line.end + growth + distance * ramp.persistence ** lead;
  });
  const slopeSpread = Math.hypot(slopeError(line, ramp.inflation), SLOPE_SPREAD * slope);
  return {
    centre,
    fan: centre.map((_, h) => (h + 1) * slopeSpread),
    residuals: Float64Array.from(ramp.residuals).sort(),
    persistence: ramp.persistence,
  };
};

/** Quantiles (levels x horizon): empirical residuals, and the uncertainty of the slope, which grows with the lead. */
export const continuationQuantiles = (
  { centre, fan, residuals }: Continuation,
  levels: readonly number[],
): Float64Array[] =>
  levels.map((level) => {
    const z = level === 0.5 ? 0 : normalQuantile(level);
    const residual = sortedQuantile(residuals, level);
    return centre.map((value, h) => value + Math.sign(z) * Math.hypot(residual, z * fan[h]!));
  });
