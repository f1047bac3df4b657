import { iterateAutoregression, yuleWalker } from '../series/autoregression.ts';
import type { SeriesView } from '../series/series-view.ts';
import type { PointCandidate } from './candidate.ts';

/** Autoregression of the series around its mean (Yule 1927); long orders capture jobs that repeat within the day. */
export const autoregression = (view: SeriesView, order: number): PointCandidate => {
  const mean = view.sums[view.n]! / view.n;
  const centred = new Float64Array(view.n);
  for (let i = 0; i < view.n; i++) centred[i] = view.y[i]! - mean;
  const phi = yuleWalker(centred, 0, view.n, order);
  let path = new Float64Array(phi.length + 128);
  return {
    kind: 'point',
    name: `ar-${order}`,
    predict: ({ origin, leads, count }, out, offset) => {
      const furthest = leads[count - 1]!;
      if (path.length < phi.length + furthest) path = new Float64Array(phi.length + furthest);
      iterateAutoregression(phi, centred, origin, furthest, path);
      for (let j = 0; j < count; j++) out[offset + j] = mean + path[phi.length + leads[j]! - 1]!;
    },
  };
};
