import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { ServiceRun } from './forecast-service.ts';

/** How long a forecast without a warning counts: the less likely the breach, the longer. It covers eight hours. */
const lasts = (probability: number): number => {
  if (probability < 0.05) return 4 * HOUR_SECONDS;
  return probability < 0.3 ? 2 * HOUR_SECONDS : 0;
};

/** Values above this level of the forecast are high; if half of an hour's values are, something happened. */
const HIGH_LEVEL = 0.9;
const HOUR_VALUES = 12;

/**
 * True if the forecast of this hour would hardly say more than the last one: it left no warning, not even one that waits
 * for a second run, found a breach unlikely, and the values since then are no higher than it expected. `values` end with
 * the newest; the last forecast began `age` seconds ago.
 */
export const isForeseen = (run: ServiceRun, values: readonly number[], age: number): boolean => {
  const { forecast, breach, threshold, warning } = run;
  if (warning !== null || age >= lasts(breach.probability)) return false;
  const steps = Math.round(age / forecast.stepSeconds);
  const since = values.slice(values.length - steps);
  if (since.some((value) => isBeyond(value, threshold))) return false;
  const expected = forecast.quantiles[forecast.quantileLevels.indexOf(HIGH_LEVEL)]!;
  const first = Math.max(0, steps - HOUR_VALUES);
  const high = since.slice(first).filter((value, i) => value > expected[first + i]!);
  return high.length < HOUR_VALUES / 2;
};
