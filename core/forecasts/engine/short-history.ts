import { median } from '../../shared/maths/averages.ts';
import { normalQuantile } from '../../shared/maths/normal-quantile.ts';

/** Minimum number of observed points for a backtest. */
export const SHORT_HISTORY_POINTS = 8;

/** Share of the level assumed as one standard deviation if the history is too short to estimate its spread. */
const PRIOR_RELATIVE_SPREAD = 0.25;

const meanAbsolute = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

const typicalChange = (observed: readonly number[]): number =>
  observed.length < 2 ? 0 : meanAbsolute(observed.slice(1).map((value, i) => value - observed[i]!));

/**
 * A wide prior band for a history that is too short to learn from: the median observed value, with a spread that is the
 * larger of its changes and a quarter of its level (one unit if all values are zero), widening with the log of the lead.
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
