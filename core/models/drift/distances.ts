/** Distances between two samples, and the probability of the largest difference of their distributions. */

import { mean } from '../../shared/maths/averages.ts';
import { sortedQuantile } from '../../shared/maths/order-statistics.ts';

/** Values in [0, 1] that are each known to lie evenly between two bounds, which are equal if the value is exact. */
export interface Spread {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Points at which distribution functions of values in [0, 1] are compared: multiples of the bins below. */
const POINTS = 40;

/** The distribution function of spread values at 0, 1/40, …, 1. */
const distributionOf = ({ low, high }: Spread): Float64Array => {
  const cumulative = new Float64Array(POINTS + 1);
  for (let i = 0; i < low.length; i++) {
    const [from, width] = [low[i]!, high[i]! - low[i]!];
    for (let point = 0; point <= POINTS; point++) {
      const beyond = point / POINTS - from;
      const share = width > 0 ? Math.min(1, Math.max(0, beyond / width)) : beyond >= 0 ? 1 : 0;
      cumulative[point]! += share / low.length;
    }
  }
  return cumulative;
};

/** Largest distance between the distribution functions of two samples in [0, 1] (Kolmogorov 1933, Smirnov 1939). */
export const kolmogorovDistance = (a: Spread, b: Spread): number => {
  const [one, other] = [distributionOf(a), distributionOf(b)];
  return one.reduce((largest, share, i) => Math.max(largest, Math.abs(share - other[i]!)), 0);
};

/**
 * Probability of at least this distance if both samples have one distribution, for samples worth `n` and `m` independent
 * values (Stephens 1970). An upper bound for values with ties.
 */
export const kolmogorovProbability = (distance: number, n: number, m: number): number => {
  const root = Math.sqrt((n * m) / (n + m));
  const x = (root + 0.12 + 0.11 / root) * distance;
  // Below this, the series converges slowly and is 1 to four digits.
  if (x < 0.3) return 1;
  let total = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    total += k % 2 === 1 ? term : -term;
    if (term < 1e-16 * total) break;
  }
  return Math.min(1, Math.max(0, 2 * total));
};

const QUANTILES = 100;

/** Wasserstein distance of two ascending samples, in their unit: the mean distance of their quantiles. */
export const wassersteinDistance = (a: Float64Array, b: Float64Array): number =>
  mean(
    Array.from({ length: QUANTILES }, (_, q) => {
      const level = (q + 0.5) / QUANTILES;
      return Math.abs(sortedQuantile(a, level) - sortedQuantile(b, level));
    }),
  );

const BINS = 10;

/** Shares of a sample in ten equal parts of [0, 1]; half a value is added to each, so that none is empty. */
const sharesOf = (sample: Spread): number[] => {
  const cumulative = distributionOf(sample);
  const count = sample.low.length;
  const at = (bin: number): number => (bin === 0 ? 0 : cumulative[(bin * POINTS) / BINS]!);
  return Array.from(
    { length: BINS },
    (_, bin) => ((at(bin + 1) - at(bin)) * count + 0.5) / (count + 0.5 * BINS),
  );
};

/**
 * Population stability index of two samples in [0, 1], in ten bins: under 0.1 little, over 0.25 much has changed, if the
 * samples are large (Siddiqi 2006).
 */
export const stabilityIndex = (reference: Spread, current: Spread): number => {
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  return before.reduce((total, share, i) => total + (now[i]! - share) * Math.log(now[i]! / share), 0);
};
