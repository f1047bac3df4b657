import type { OwnReading } from '../metrics/meaning/metric-meaning.ts';
import { boundsOf } from '../metrics/targets/profiles.ts';

/**
 * Hard limits of a metric for the forecaster: [0, 100] for percentages and [0, 1] for ratios, by name and unit.
 * Undefined if the metric has none, or if its own history lies outside them.
 */
export const seriesBounds = (
  metric: string,
  unit: string | undefined,
  values: Float64Array,
  own?: OwnReading,
): { readonly lower: number; readonly upper: number } | undefined =>
  values.some((value) => value < 0) ? undefined : boundsOf(metric, unit, largestOf(values), own);

/** Largest finite value; minus infinity if there is none. */
export const largestOf = (values: Float64Array): number => {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > largest) largest = value;
  return largest;
};
