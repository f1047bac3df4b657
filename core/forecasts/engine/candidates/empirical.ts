import {
  type RankOrder,
  RankWindow,
  sortedQuantile,
  sortInPlace,
} from '../../../shared/maths/order-statistics.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import type { SeriesView } from '../series/series-view.ts';
import type { DistributionCandidate } from './candidate.ts';

/** Windows up to this length are sorted for each origin; longer ones slide. */
const SHORT_WINDOW = 48;

const slidingQuantiles = (order: RankOrder, window: number) => {
  const ranks = new RankWindow(order);
  return (origin: number, levels: readonly number[], into: Float64Array): void => {
    ranks.moveTo(Math.max(0, origin - window), origin);
    ranks.writeQuantiles(levels, into);
  };
};

const sortedQuantiles = (view: SeriesView, window: number) => {
  const pool = new Float64Array(window);
  return (origin: number, levels: readonly number[], into: Float64Array): void => {
    const from = Math.max(0, origin - window);
    for (let i = from; i < origin; i++) pool[i - from] = view.y[i]!;
    sortInPlace(pool, origin - from);
    for (let l = 0; l < levels.length; l++) into[l] = sortedQuantile(pool, levels[l]!, origin - from);
  };
};

/** Empirical distribution of the last `window` steps, the same for every lead. */
export const recentValues = (view: SeriesView, order: RankOrder, window: number): DistributionCandidate => {
  const quantilesAt =
    window <= SHORT_WINDOW ? sortedQuantiles(view, window) : slidingQuantiles(order, window);
  const quantiles = new Float64Array(POOL_LEVELS.length);
  return {
    kind: 'distribution',
    name: `recent-${window}`,
    predict: ({ origin, leads, count }, out, offset) => {
      quantilesAt(origin, POOL_LEVELS, quantiles);
      for (let l = 0; l < POOL_LEVELS.length; l++) {
        const at = offset + l * leads.length;
        out.fill(quantiles[l]!, at, at + count);
      }
    },
  };
};

/** Values of the same phase of the season and its neighbours, by season. */
export interface PhaseReach {
  readonly period: number;
  /** Number of neighbours on each side. */
  readonly reach: number;
  /** Maximum number of past seasons. */
  readonly seasons: number;
}

const gatherPhase = (
  view: SeriesView,
  origin: number,
  lead: number,
  { period, reach, seasons }: PhaseReach,
  pool: Float64Array,
): number => {
  const first = Math.ceil(lead / period);
  let size = 0;
  for (let k = first; k < first + seasons; k++) {
    const at = origin + lead - 1 - k * period;
    if (at < 0) break;
    const to = Math.min(at + reach, origin - 1);
    for (let i = Math.max(0, at - reach); i <= to; i++) pool[size++] = view.y[i]!;
  }
  if (size === 0) pool[size++] = view.y[origin - 1]!;
  return size;
};

/** Empirical distribution of the values at the same phase over the last seasons. */
export const samePhaseValues = (view: SeriesView, phase: PhaseReach): DistributionCandidate => {
  const pool = new Float64Array((2 * phase.reach + 1) * phase.seasons);
  return {
    kind: 'distribution',
    name: `phase-${phase.period}`,
    predict: ({ origin, leads, count }, out, offset) => {
      for (let j = 0; j < count; j++) {
        const size = gatherPhase(view, origin, leads[j]!, phase, pool);
        sortInPlace(pool, size);
        for (let l = 0; l < POOL_LEVELS.length; l++) {
          out[offset + l * leads.length + j] = sortedQuantile(pool, POOL_LEVELS[l]!, size);
        }
      }
    },
  };
};
