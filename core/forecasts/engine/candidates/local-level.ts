import { sortInPlace } from '../../../shared/maths/order-statistics.ts';
import type { SeriesView } from '../series/series-view.ts';
import type { LeadRequest, PointCandidate } from './candidate.ts';

const flat = (name: string, valueAt: (origin: number) => number): PointCandidate => ({
  kind: 'point',
  name,
  predict: ({ origin, count }: LeadRequest, out, offset) => {
    out.fill(valueAt(origin), offset, offset + count);
  },
});

/** Naive forecast: the last value (Hyndman & Athanasopoulos, FPP3, 5.2). */
export const lastValue = (view: SeriesView): PointCandidate => flat('last', (origin) => view.y[origin - 1]!);

/** Mean of the last `window` steps. */
export const windowMean = (view: SeriesView, window: number): PointCandidate =>
  flat(`mean-${window}`, (origin) => {
    const from = Math.max(0, origin - window);
    return (view.sums[origin]! - view.sums[from]!) / (origin - from);
  });

/** Median of the last `window` steps: the level without spikes. */
export const windowMedian = (view: SeriesView, window: number): PointCandidate => {
  const pool = new Float64Array(window);
  return flat(`median-${window}`, (origin) => {
    const from = Math.max(0, origin - window);
    const size = origin - from;
    for (let i = 0; i < size; i++) pool[i] = view.y[from + i]!;
    sortInPlace(pool, size);
    return (pool[(size - 1) >> 1]! + pool[size >> 1]!) / 2;
  });
};
