import type { IndexSorter } from '../../../shared/maths/order-statistics.ts';

/**
 * Weighted sample quantiles by linear interpolation between the mid-points of the sorted weights (the weighted form
 * of type 5 of Hyndman & Fan 1996). Writes one quantile per ascending level to `out[offset..]` and returns
 * the order of the values (the sorter's, valid until its next use).
 */
export const weightedQuantiles = (
  values: Float64Array,
  weights: Float64Array,
  count: number,
  levels: readonly number[],
  sorter: IndexSorter,
  out: Float64Array,
  offset: number,
): Int32Array => {
  const order = sorter.sort(values, count);
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i]!;
  let level = 0;
  let below = 0;
  let previous = values[order[0]!]!;
  let previousMiddle = 0;
  for (let i = 0; i < count && level < levels.length; i++) {
    const weight = weights[order[i]!]!;
    const value = values[order[i]!]!;
    const middle = (below + weight / 2) / total;
    while (level < levels.length && levels[level]! <= middle) {
      const gap = middle - previousMiddle;
      const share = i > 0 && gap > 0 ? (levels[level]! - previousMiddle) / gap : 1;
      out[offset + level++] = previous + share * (value - previous);
    }
    below += weight;
    previous = value;
    previousMiddle = middle;
  }
  while (level < levels.length) out[offset + level++] = previous;
  return order;
};
