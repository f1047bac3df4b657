import { yuleWalker } from '../series/autoregression.ts';
import type { SeriesView } from '../series/series-view.ts';
import { AutoregressiveForecast } from './autoregressive-forecast.ts';
import type { PointCandidate } from './candidate.ts';

/** Autoregression of the series around its mean (Yule 1927); long orders capture jobs that repeat within the day. */
export const autoregression = (view: SeriesView, order: number): PointCandidate => {
  const mean = view.sums[view.n]! / view.n;
  const centred = new Float64Array(view.n);
  for (let i = 0; i < view.n; i++) centred[i] = view.y[i]! - mean;
  const deviations = new AutoregressiveForecast(yuleWalker(centred, 0, view.n, order), centred);
  return {
    kind: 'point',
    name: `ar-${order}`,
    predict: (request, out, offset) => {
      deviations.predict(request, out, offset);
      for (let j = 0; j < request.count; j++) out[offset + j] = mean + out[offset + j]!;
    },
  };
};
