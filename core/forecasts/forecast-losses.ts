/** Parts of the losses of a forecast, compared with the values that arrived later: those of all benches and reports. */
import type { RegularSeries } from '../metrics/series/metric-series.ts';
import { DAY_SECONDS } from '../shared/time.ts';

/** Loss of a quantile that missed by `error` = actual value - quantile (Koenker & Bassett 1978). */
export const pinballLoss = (error: number, level: number): number =>
  error > 0 ? level * error : (level - 1) * error;

/** Differences below this share of the scale are due to rounding. */
export const ROUNDING = 1e-9;

/** True inside a band. Values on its edge (idle metrics) are inside. */
export const isInBand = (value: number, low: number, high: number, scale: number): boolean =>
  value >= low - ROUNDING * scale && value <= high + ROUNDING * scale;

/** Mean absolute change of the observed values over `lag` steps; NaN if no two of them lie so far apart. */
const meanChange = (values: Float64Array, lag: number): number => {
  let [total, count] = [0, 0];
  for (let i = lag; i < values.length; i++) {
    const change = Math.abs(values[i]! - values[i - lag]!);
    if (!Number.isFinite(change)) continue;
    total += change;
    count++;
  }
  return total / count;
};

/** Share of its usual size that stands for the changes of a series that never changed. */
const SMALLEST_CHANGE = 0.01;

/**
 * Scale of MASE and of the scaled quantile loss: the mean absolute error of the seasonal naive forecast, with a season of
 * a day, within the history. Without two days, or if all days are alike, that of the last value; if all values are alike,
 * a hundredth of their size, or 1.
 */
export const maseScale = ({ values, stepSeconds }: RegularSeries): number => {
  const byDay = meanChange(values, Math.max(1, Math.round(DAY_SECONDS / stepSeconds)));
  if (byDay > 0) return byDay;
  const byStep = meanChange(values, 1);
  if (byStep > 0) return byStep;
  return SMALLEST_CHANGE * Math.abs(values.find(Number.isFinite) ?? 0) || 1;
};
