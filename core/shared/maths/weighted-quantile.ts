/** Sum of weights [from, to). */
const sumOf = (weights: Float64Array, from: number, to: number): number => {
  let total = 0;
  for (let i = from; i < to; i++) total += weights[i]!;
  return total;
};

/**
 * The smallest of the first `count` values for which the weights of all values up to it exceed `level` of their total.
 * Reorders values and weights (quickselect, Hoare 1961). Weights are positive; if they are integers whose sum is below
 * 2^53, the order of the values makes no difference.
 */
export const selectWeightedQuantile = (
  values: Float64Array,
  weights: Float64Array,
  count: number,
  level: number,
): number => {
  const wanted = level * sumOf(weights, 0, count);
  let [low, high, before] = [0, count - 1, 0];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const [value, weight] = [values[i]!, weights[i]!];
      values[i] = values[j]!;
      weights[i++] = weights[j]!;
      values[j] = value;
      weights[j--] = weight;
    }
    const below = before + sumOf(weights, low, j + 1);
    if (below > wanted) {
      high = j;
      continue;
    }
    const upTo = below + sumOf(weights, j + 1, i);
    if (upTo > wanted) return pivot;
    before = upTo;
    low = i;
  }
  return values[low]!;
};
