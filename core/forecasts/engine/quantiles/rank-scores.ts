import { normalQuantile } from '../../../shared/maths/normal-quantile.ts';
import type { RankOrder } from '../../../shared/maths/order-statistics.ts';
import { sortedQuantile } from '../../../shared/maths/order-statistics.ts';

const GRID_END = 3.5;
const GRID_STEPS = 280;
const GRID_PER_SCORE = GRID_STEPS / (2 * GRID_END);

/** Standard normal distribution function on an even grid, from the inverse by bisection; built once. */
const NORMAL_CDF: Float64Array = (() => {
  const table = new Float64Array(GRID_STEPS + 1);
  for (let k = 0; k <= GRID_STEPS; k++) {
    const z = -GRID_END + (2 * GRID_END * k) / GRID_STEPS;
    let [low, high] = [1e-9, 1 - 1e-9];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (normalQuantile(middle) < z) low = middle;
      else high = middle;
    }
    table[k] = low;
  }
  return table;
})();

/**
 * Normal scores of a series (van der Waerden): each value becomes the normal quantile of its rank; ties get their mean
 * rank. Invariant under increasing transformations, so skewed metrics are as easy to model as symmetric ones.
 */
export interface RankScores {
  readonly scores: Float64Array;
  /** Values on an even grid of scores: the inverse empirical distribution, for `valueOfScore`. */
  readonly table: Float64Array;
}

/** Value with the score `z`: linear between the points of the grid, constant beyond its ends. */
export const valueOfScore = (table: Float64Array, z: number): number => {
  const position = (z + GRID_END) * GRID_PER_SCORE;
  if (position <= 0) return table[0]!;
  if (position >= GRID_STEPS) return table[GRID_STEPS]!;
  const below = Math.floor(position);
  return table[below]! + (position - below) * (table[below + 1]! - table[below]!);
};

export const rankScores = ({ sorted, rank }: RankOrder): RankScores => {
  const n = sorted.length;
  const byRank = new Float64Array(n);
  let first = 0;
  for (let i = 1; i <= n; i++) {
    if (i < n && sorted[i] === sorted[first]) continue;
    const score = normalQuantile((first + i) / 2 / n);
    for (; first < i; first++) byRank[first] = score;
  }
  const scores = new Float64Array(n);
  for (let i = 0; i < n; i++) scores[i] = byRank[rank[i]!]!;
  return { scores, table: NORMAL_CDF.map((p) => sortedQuantile(sorted, p)) };
};
