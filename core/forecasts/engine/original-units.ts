import type { ForecastRequest } from './forecast.ts';

const hasNegative = (values: Float64Array): boolean => {
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) return true;
  return false;
};

const limitsOf = (history: Float64Array, bounds: ForecastRequest['bounds']): [number, number] => {
  const nonNegative = !hasNegative(history);
  return [
    Math.max(bounds?.lower ?? Number.NEGATIVE_INFINITY, nonNegative ? 0 : -Number.MAX_VALUE),
    Math.min(bounds?.upper ?? Number.POSITIVE_INFINITY, Number.MAX_VALUE),
  ];
};

/**
 * Clamps quantiles (levels x horizon, in place) to the metric's bounds, sorts them (rearrangement, Chernozhukov et al.
 * 2010), and returns their mean per step.
 */
export const toOriginalUnits = (
  quantiles: readonly Float64Array[],
  levels: readonly number[],
  history: Float64Array,
  bounds: ForecastRequest['bounds'],
): Float64Array => {
  const [lower, upper] = limitsOf(history, bounds);
  const horizon = quantiles[0]?.length ?? 0;
  const mean = new Float64Array(horizon);
  const column = new Float64Array(levels.length);
  const ascending = Array.from(levels.keys()).sort((a, b) => levels[a]! - levels[b]!);
  for (let h = 0; h < horizon; h++) {
    for (let l = 0; l < levels.length; l++) column[l] = Math.min(upper, Math.max(lower, quantiles[l]![h]!));
    column.sort();
    for (let l = 0; l < levels.length; l++) {
      quantiles[ascending[l]!]![h] = column[l]!;
      mean[h] = mean[h]! + column[l]! / levels.length;
    }
    // Rounding may move the mean outside its terms, for the largest numbers to infinity.
    mean[h] = Math.min(column[levels.length - 1]!, Math.max(column[0]!, mean[h]!));
  }
  return mean;
};
