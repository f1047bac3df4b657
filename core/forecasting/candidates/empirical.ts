import { type RankOrder, RankWindow, sortedQuantile, sortInPlace } from '../order-statistics.ts';
import type { SeriesView } from '../series-view.ts';
import type { DistributionCandidate } from './candidate.ts';

/** Empirical distribution of the last `window` steps, the same for every lead. */
export const recentValues = (order: RankOrder, window: number): DistributionCandidate => {
  const ranks = new RankWindow(order);
  return {
    name: `recent-${window}`,
    predict: (_view, origin, _leads, count, levels, out, stride) => {
      ranks.moveTo(Math.max(0, origin - window), origin);
      for (let l = 0; l < levels.length; l++) {
        out.fill(ranks.quantile(levels[l]!), l * stride, l * stride + count);
      }
    },
  };
};

const levelBefore = (view: SeriesView, at: number, window: number): number => {
  const from = Math.max(0, at - window);
  return at > from ? (view.sums[at]! - view.sums[from]!) / (at - from) : view.y[0]!;
};

/**
 * Values of the same phase and `reach` neighbours over the last `seasons` seasons; with `levelWindow`, each moved
 * by how much the level before the origin differs from the level before that season's same moment.
 */
export const samePhaseValues = (
  period: number,
  reach: number,
  seasons: number,
  levelWindow: number,
): DistributionCandidate => {
  const pool = new Float64Array((2 * reach + 1) * seasons);
  return {
    name: `phase-${period}-${reach}${levelWindow > 0 ? '+level' : ''}`,
    predict: (view, origin, leads, count, levels, out, stride) => {
      const now = levelWindow > 0 ? levelBefore(view, origin, levelWindow) : 0;
      for (let j = 0; j < count; j++) {
        const size = gatherPhase(view, origin, leads[j]!, period, reach, seasons, levelWindow, now, pool);
        sortInPlace(pool, size);
        for (let l = 0; l < levels.length; l++) out[l * stride + j] = sortedQuantile(pool, size, levels[l]!);
      }
    },
  };
};

const gatherPhase = (
  view: SeriesView,
  origin: number,
  lead: number,
  period: number,
  reach: number,
  seasons: number,
  levelWindow: number,
  now: number,
  pool: Float64Array,
): number => {
  const step = origin + lead - 1;
  const first = Math.ceil(lead / period);
  let size = 0;
  for (let k = first; k < first + seasons; k++) {
    const at = step - k * period;
    if (at < 0) break;
    const move = levelWindow > 0 ? now - levelBefore(view, origin - k * period, levelWindow) : 0;
    const to = Math.min(at + reach, origin - 1);
    for (let i = Math.max(0, at - reach); i <= to; i++) pool[size++] = view.y[i]! + move;
  }
  if (size === 0) pool[size++] = view.y[origin - 1]!;
  return size;
};
