/** The value one season earlier or later, if observed. */
const seasonalNeighbour = (values: Float64Array, i: number, period: number): number => {
  for (let back = i - period; back >= 0; back -= period) {
    if (Number.isFinite(values[back])) return values[back]!;
  }
  for (let ahead = i + period; ahead < values.length; ahead += period) {
    if (Number.isFinite(values[ahead])) return values[ahead]!;
  }
  return Number.NaN;
};

const fillGap = (filled: Float64Array, from: number, to: number, period: number): void => {
  const left = from > 0 ? filled[from - 1]! : Number.NaN;
  const right = to < filled.length ? filled[to]! : Number.NaN;
  for (let i = from; i < to; i++) {
    const share = (i - from + 1) / (to - from + 1);
    const line = Number.isNaN(left) ? right : Number.isNaN(right) ? left : left + share * (right - left);
    const seasonal = to - from > period / 24 ? seasonalNeighbour(filled, i, period) : Number.NaN;
    filled[i] = Number.isNaN(seasonal) ? line : seasonal;
  }
};

/**
 * Copies a series with its missing values filled: short gaps by a straight line, gaps longer than a 24th of a season
 * by the nearest observed season, edges by the nearest value. If all values are missing, the result is zeros.
 */
export const fillMissing = (values: Float64Array, period: number): Float64Array => {
  const filled = new Float64Array(values);
  for (let i = 0; i < filled.length; i++) {
    if (Number.isFinite(filled[i])) continue;
    let end = i + 1;
    while (end < filled.length && !Number.isFinite(filled[end])) end++;
    if (i === 0 && end === filled.length) return filled.fill(0);
    fillGap(filled, i, end, period);
    i = end - 1;
  }
  return filled;
};
