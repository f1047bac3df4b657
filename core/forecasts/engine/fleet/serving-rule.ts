import { DAY_SECONDS } from '../../../shared/time.ts';
import { MIXED_LEVELS, mixQuantiles } from '../quantiles/mixture.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import type { SeriesView } from '../series/series-view.ts';
import { atLevels, fleetQuantiles } from './fleet-quantiles.ts';
import type { FleetTrees } from './fleet-trees.ts';

/** Up to this length of the history the trees alone give the quantiles; without two whole days, the ensemble has no daily pattern. */
const ALONE_SECONDS = 2 * DAY_SECONDS;
/** From this length on they are not used. */
const NEVER_SECONDS = 3 * DAY_SECONDS;

const isConstant = (y: Float64Array): boolean => y.every((value) => value === y[0]);

/**
 * Weight of the trees in the forecast of a series: 1 below two days of history, fading to 0 at three days. 0 where a
 * feature would be undefined or outside of what the trees were trained on: a series that does not vary, another step, or
 * a longer horizon.
 */
export const fleetWeight = (trees: FleetTrees, view: SeriesView, horizon: number): number => {
  const { stepSeconds, y, n } = view;
  const isTrained =
    stepSeconds >= trees.stepSeconds.min &&
    stepSeconds <= trees.stepSeconds.max &&
    horizon * stepSeconds <= trees.maxLeadSeconds;
  if (!isTrained || isConstant(y)) return 0;
  const fading = (NEVER_SECONDS - n * stepSeconds) / (NEVER_SECONDS - ALONE_SECONDS);
  return Math.min(1, Math.max(0, fading));
};

/** The quantiles of the ensemble, replaced by those of the trees or mixed with them by the weight (linear pool). */
export const withFleet =
  (
    trees: FleetTrees,
    view: SeriesView,
    weight: number,
    ensembleAt: (levels: readonly number[]) => Float64Array[],
  ) =>
  (levels: readonly number[]): Float64Array[] => {
    const pool = fleetQuantiles(trees, view, ensembleAt(POOL_LEVELS));
    if (weight === 1) return atLevels(pool, levels);
    return mixQuantiles(atLevels(pool, MIXED_LEVELS), ensembleAt(MIXED_LEVELS), weight, levels);
  };
