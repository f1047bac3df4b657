/**
 * Weighted sample quantiles by linear interpolation between the mid-points of the sorted weights (the weighted form
 * of type 5 of Hyndman & Fan 1996). `order` lists the indices of the values in ascending order. Writes one quantile per
 * ascending level to `out[offset..]`.
 */
export const weightedQuantiles = (
  values: Float64Array,
  weights: Float64Array,
  order: Int32Array,
  count: number,
  levels: readonly number[],
  out: Float64Array,
  offset: number,
): void => {
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
};
