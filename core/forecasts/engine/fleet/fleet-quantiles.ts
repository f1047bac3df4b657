import { HOUR_SECONDS } from '../../../shared/time.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import type { SeriesView } from '../series/series-view.ts';
import { FLEET_FEATURES, fleetFeatures } from './fleet-features.ts';
import type { FleetTrees, Tree } from './fleet-trees.ts';

const WIDTH = FLEET_FEATURES.length;
const LOW = POOL_LEVELS.indexOf(0.1);
const MIDDLE = POOL_LEVELS.indexOf(0.5);
const HIGH = POOL_LEVELS.indexOf(0.9);
/** Smallest unit of a correction, as a share of the mean absolute deviation of the history. */
const MIN_UNIT = 0.02;
/** Chosen for an 80 % band that covers at least 70 % with three hours of history. */
const WIDENING = { most: 0.15, fadesOverSeconds: 16 * HOUR_SECONDS } as const;

/** Unit of the corrections at a step: the width of the ensemble's 80 % band, in units of the view. */
export const correctionUnit = (ensemble: readonly Float64Array[], h: number): number =>
  Math.max(MIN_UNIT, ensemble[HIGH]![h]! - ensemble[LOW]![h]!);

/** The value of a tree for the row that begins at `from`. */
export const walkTree = (tree: Tree, rows: Float32Array, from: number): number => {
  let at = tree.feature.length === 0 ? -1 : 0;
  while (at >= 0) {
    at = rows[from + tree.feature[at]!]! <= tree.threshold[at]! ? tree.left[at]! : tree.right[at]!;
  }
  return tree.leaf[~at]!;
};

const sumOfTrees = (trees: readonly Tree[], rows: Float32Array, from: number): number => {
  let total = 0;
  for (let t = 0; t < trees.length; t++) total += walkTree(trees[t]!, rows, from);
  return total;
};

/**
 * Factor of the band's width. The training weights favour series that are easy to forecast, so that bands of the first
 * hours are too narrow on others.
 */
const widening = ({ n, stepSeconds }: SeriesView): number =>
  1 + WIDENING.most * Math.exp(-(n * stepSeconds) / WIDENING.fadesOverSeconds);

/**
 * Corrects the ensemble's quantiles (pool levels x horizon, in units of the view) by the trees, sorts them at each step
 * (rearrangement, Chernozhukov et al. 2010), and widens them around the median if the history is short.
 */
export const fleetQuantiles = (
  trees: FleetTrees,
  view: SeriesView,
  ensemble: readonly Float64Array[],
): Float64Array[] => {
  const rows = fleetFeatures(view, ensemble);
  const horizon = ensemble[0]!.length;
  const spread = widening(view);
  const quantiles = ensemble.map(() => new Float64Array(horizon));
  const column = new Float64Array(POOL_LEVELS.length);
  for (let h = 0; h < horizon; h++) {
    const unit = correctionUnit(ensemble, h);
    for (let l = 0; l < column.length; l++)
      column[l] = ensemble[l]![h]! + unit * sumOfTrees(trees.levels[l]!, rows, h * WIDTH);
    column.sort();
    const middle = column[MIDDLE]!;
    for (let l = 0; l < column.length; l++) quantiles[l]![h] = middle + spread * (column[l]! - middle);
  }
  return quantiles;
};

/** Quantiles at other levels: linear between the pool levels, constant beyond them, as in the pool of the ensemble. */
export const atLevels = (pool: readonly Float64Array[], levels: readonly number[]): Float64Array[] =>
  levels.map((level) => {
    const above = POOL_LEVELS.findIndex((known) => known >= level);
    if (above === 0) return pool[0]!.slice();
    if (above < 0) return pool.at(-1)!.slice();
    const [low, high] = [POOL_LEVELS[above - 1]!, POOL_LEVELS[above]!];
    const share = (level - low) / (high - low);
    return pool[above]!.map((value, h) => pool[above - 1]![h]! + share * (value - pool[above - 1]![h]!));
  });
