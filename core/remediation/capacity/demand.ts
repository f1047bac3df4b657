/** How much capacity a forecast asks for. */
import type { Problem } from '../cause.ts';
import type { ForecastPath } from '../verification/verification-inputs.ts';

/** Quantile of the forecast that capacity has to suffice for: one path in five goes higher. */
const LEVEL = 0.8;
/** Share of the limit at which the metric is to stay. */
const STAYS_AT = 0.9;

/** Problems whose metric is the work of each unit: with twice the units it is half as high. */
const SHARED_BY_UNITS: ReadonlySet<string> = new Set(['cpu-high', 'memory-high', 'network-saturated']);

/** The row of the level, or the first above it; the highest if there is none. */
const rowOf = ({ levels, quantiles }: ForecastPath): readonly number[] => {
  const above = levels.findIndex((level) => level >= LEVEL);
  return quantiles[above < 0 ? levels.length - 1 : above]!;
};

/** Highest value that the forecasts are likely to reach, of the target that reaches most; undefined without a forecast. */
export const predictedPeak = (paths: readonly ForecastPath[]): number | undefined =>
  paths.length === 0 ? undefined : Math.max(...paths.flatMap(rowOf));

/**
 * How many times the present capacity keeps the predicted peak below the limit, with a margin (target tracking); null if
 * that cannot be said: without a forecast, or if more units do not share what the metric measures.
 */
export const demandOf = ({ alertType, threshold, predictedPeak: peak }: Problem): number | null =>
  peak === undefined ||
  threshold === null ||
  threshold.direction === 'below' ||
  threshold.limit <= 0 ||
  !SHARED_BY_UNITS.has(alertType)
    ? null
    : peak / (STAYS_AT * threshold.limit);
