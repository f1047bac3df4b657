import { sortInPlace } from '../order-statistics.ts';
import type { PointCandidate } from './candidate.ts';

const flat = (value: number, count: number, out: Float64Array, offset: number): void => {
  for (let j = 0; j < count; j++) out[offset + j] = value;
};

/** Naive forecast: the last value (FPP3, 5.2). */
export const lastValue: PointCandidate = {
  name: 'last',
  predict: (view, origin, _leads, count, out, offset) => flat(view.y[origin - 1]!, count, out, offset),
};

/** Mean of the last `window` steps. */
export const windowMean = (window: number): PointCandidate => ({
  name: `mean-${window}`,
  predict: (view, origin, _leads, count, out, offset) => {
    const from = Math.max(0, origin - window);
    flat((view.sums[origin]! - view.sums[from]!) / (origin - from), count, out, offset);
  },
});

/** Median of the last `window` steps: the level without its spikes. */
export const windowMedian = (window: number): PointCandidate => {
  const pool = new Float64Array(window);
  return {
    name: `median-${window}`,
    predict: (view, origin, _leads, count, out, offset) => {
      const from = Math.max(0, origin - window);
      const size = origin - from;
      for (let i = 0; i < size; i++) pool[i] = view.y[from + i]!;
      sortInPlace(pool, size);
      flat((pool[(size - 1) >> 1]! + pool[size >> 1]!) / 2, count, out, offset);
    },
  };
};

/** Damped local slope: last level plus the slope between the two last windows, fading (Gardner & McKenzie 1985). */
export const dampedSlope = (window: number, damping: number): PointCandidate => ({
  name: `slope-${window}`,
  predict: (view, origin, leads, count, out, offset) => {
    const half = Math.min(window, origin >> 1);
    const recent = (view.sums[origin]! - view.sums[origin - half]!) / half;
    const before = (view.sums[origin - half]! - view.sums[origin - 2 * half]!) / half;
    const slope = (recent - before) / half;
    const level = recent + (slope * (half - 1)) / 2;
    for (let j = 0; j < count; j++) {
      out[offset + j] = level + (slope * damping * (1 - damping ** leads[j]!)) / (1 - damping);
    }
  },
});
