import { sortInPlace } from '../../../shared/maths/order-statistics.ts';
import type { SeriesView } from './series-view.ts';

/**
 * The seasonal forecast of every step: `values[s]` uses only points at least one period before `s`, so it is a valid
 * forecast for leads up to one period. Length n + period; entries before `first` are undefined.
 */
export interface SeasonalProfile {
  readonly name: string;
  readonly period: number;
  readonly first: number;
  readonly values: Float64Array;
  /** Running sums of `y - values` from `first` on, zero before: the level errors of the profile. */
  readonly residualSums: Float64Array;
}

/** The profile's value for step `s` at `origin`: that of the last known season. */
export const profileAt = (profile: SeasonalProfile, s: number, origin: number): number => {
  const { period } = profile;
  const known = s - period < origin ? s : s - period * Math.ceil((s - period - origin + 1) / period);
  return profile.values[known]!;
};

const finish = (view: SeriesView, name: string, period: number, values: Float64Array): SeasonalProfile => {
  const residualSums = new Float64Array(view.n + 1);
  for (let s = 0; s < view.n; s++) {
    residualSums[s + 1] = residualSums[s]! + (s < period ? 0 : view.y[s]! - values[s]!);
  }
  return { name, period, first: period, values, residualSums };
};

/** Seasonal naive (Hyndman & Athanasopoulos, FPP3, 5.2): one period ago. */
export const naiveProfile = (view: SeriesView, period: number): SeasonalProfile => {
  const values = new Float64Array(view.n + period);
  for (let s = period; s < values.length; s++) values[s] = view.y[s - period]!;
  return finish(view, `naive-${period}`, period, values);
};

/** Simple exponential smoothing of each phase of the season (Winters 1960, without trend and level). */
export const smoothedProfile = (view: SeriesView, period: number, alpha: number): SeasonalProfile => {
  const values = new Float64Array(view.n + period);
  for (let s = period; s < values.length; s++) {
    const before = s < 2 * period ? view.y[s - period]! : values[s - period]!;
    values[s] = before + alpha * (view.y[s - period]! - before);
  }
  return finish(view, `smoothed-${period}-${alpha}`, period, values);
};

const gather = (
  view: SeriesView,
  s: number,
  period: number,
  reach: number,
  seasons: number,
  into: Float64Array,
) => {
  let count = 0;
  for (let k = 1; k <= seasons && s - k * period >= 0; k++) {
    const at = s - k * period;
    for (let j = Math.max(0, at - reach); j <= at + reach && j < view.n; j++) {
      if (j > s - period && k > 1) continue;
      into[count++] = view.y[j]!;
    }
  }
  return count;
};

/**
 * Median over the last `seasons` seasons of the same phase and `reach` neighbours each side. The later neighbours of the
 * last season are up to `reach` steps less than a period old.
 */
export const medianProfile = (
  view: SeriesView,
  period: number,
  reach: number,
  seasons: number,
): SeasonalProfile => {
  const values = new Float64Array(view.n + period);
  const pool = new Float64Array((2 * reach + 1) * seasons);
  for (let s = period; s < values.length; s++) {
    const count = gather(view, s, period, reach, seasons, pool);
    sortInPlace(pool, count);
    values[s] = count % 2 === 1 ? pool[count >> 1]! : (pool[(count >> 1) - 1]! + pool[count >> 1]!) / 2;
  }
  return finish(view, `median-${period}-${reach}`, period, values);
};
