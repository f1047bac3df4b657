import { median } from '../../shared/maths/averages.ts';
import { normalQuantile } from '../../shared/maths/normal-quantile.ts';

/** Fewer observed points than this and no backtest is possible. */
export const SHORT_HISTORY_POINTS = 8;

/** Share of the level taken as one standard deviation where the history is too short to show its own spread. */
const PRIOR_RELATIVE_SPREAD = 0.25;

const meanAbsolute = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

const typicalChange = (observed: readonly number[]): number =>
  observed.length < 2 ? 0 : meanAbsolute(observed.slice(1).map((value, i) => value - observed[i]!));

/**
 * An honest wide band for a history too short to learn from: the median observed value, with a spread that is the
 * larger of its changes and a quarter of its level (one unit where all is zero), widening with the logarithm of the lead.
 */
export const forecastShortHistory = (
  values: Float64Array,
  horizon: number,
  levels: readonly number[],
): Float64Array[] => {
  const observed = [...values].filter(Number.isFinite);
  const centre = median(observed);
  const spread = Math.max(typicalChange(observed), PRIOR_RELATIVE_SPREAD * meanAbsolute(observed)) || 1;
  return levels.map((level) =>
    Float64Array.from(
      { length: horizon },
      (_, h) => centre + normalQuantile(level) * spread * (1 + 0.5 * Math.log1p(h)),
    ),
  );
};
