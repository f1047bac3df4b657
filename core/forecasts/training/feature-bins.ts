/** Distinct values in ascending order, and how many rows have each. */
const distinctOf = (sorted: Float32Array): { readonly values: number[]; readonly counts: number[] } => {
  const [values, counts]: [number[], number[]] = [[], []];
  for (const value of sorted) {
    // `===`, so that 0 and -0 are one value.
    if (values.length > 0 && value === values.at(-1)) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values, counts };
};

/** A single-precision number that is at least `low` and below `high`: half-way if there is one. */
const between = (low: number, high: number): number => {
  const middle = Math.fround(low / 2 + high / 2);
  return middle >= low && middle < high ? middle : low;
};

/**
 * Upper bounds of all bins but the last, at most `bins - 1`, ascending: a value is in the first bin whose bound it does not
 * exceed. Bins have about the same number of rows, but never split equal values: a value with as many rows has a bin of its
 * own (greedy, as in LightGBM, Ke et al. 2017). Empty for a feature that does not vary.
 */
export const binBounds = (column: Float32Array, bins: number): Float32Array => {
  const { values, counts } = distinctOf(column.slice().sort());
  const isLarge = (v: number): boolean => counts[v]! >= column.length / bins;
  const large = counts.filter((_, v) => isLarge(v));
  let rest = column.length - large.reduce((sum, count) => sum + count, 0);
  let binsLeft = Math.max(1, bins - large.length);
  const bounds: number[] = [];
  for (let [v, own, usual] = [0, 0, rest / binsLeft]; v + 1 < values.length; v++) {
    own += counts[v]!;
    if (!isLarge(v)) rest -= counts[v]!;
    const isFull = isLarge(v) || own >= usual || (isLarge(v + 1) && own >= usual / 2);
    if (values.length > bins && !isFull) continue;
    bounds.push(between(values[v]!, values[v + 1]!));
    if (bounds.length === bins - 1) break;
    own = 0;
    if (!isLarge(v)) usual = rest / Math.max(1, --binsLeft);
  }
  return Float32Array.from(bounds);
};

/** The bin of each row. */
export const binsOf = (column: Float32Array, bounds: Float32Array): Uint8Array =>
  Uint8Array.from(column, (value) => {
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  });
