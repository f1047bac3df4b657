/** Sums, means and medians. Those of no values are 0, NaN and NaN. */

import { finite } from './finite.ts';
import { selectInPlace } from './order-statistics.ts';

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** The mean of finite values is finite, even if their sum is not. */
export const mean = (values: readonly number[] | Float64Array): number => {
  const total = sum(values);
  if (Number.isFinite(total) || !values.every(Number.isFinite)) return total / values.length;
  return finite(sum(values.map((value) => value / values.length)));
};

/** Median of ascending values: the mean of the middle two if their number is even. */
export const medianOfSorted = (sorted: ArrayLike<number>): number => {
  const low = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  const high = sorted[sorted.length >> 1] ?? Number.NaN;
  // Halved before they are added, so that the largest numbers do not overflow.
  return low === high ? low : low / 2 + high / 2;
};

/** Median of values in any order. */
export const median = (values: ArrayLike<number>): number => medianOfSorted(new Float64Array(values).sort());

/** The upper of the middle two values: always a value that occurs. */
export const upperMedian = (values: ArrayLike<number>): number =>
  values.length === 0 ? Number.NaN : selectInPlace(new Float64Array(values), values.length >> 1);
