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

/** A few values in ascending order. */
class SortedPool {
  readonly #values: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#values = new Float64Array(most);
  }

  clear(): void {
    this.#count = 0;
  }

  /** Adds y[from..to]. */
  add(y: Float64Array, from: number, to: number): void {
    const values = this.#values;
    for (let i = from; i <= to; i++) {
      const value = y[i]!;
      let at = this.#count++;
      for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
      values[at] = value;
    }
  }

  /** Removes y[from..to], which were added before. */
  remove(y: Float64Array, from: number, to: number): void {
    for (let i = from; i <= to; i++) {
      const at = this.#values.indexOf(y[i]!);
      this.#values.copyWithin(at, at + 1, this.#count--);
    }
  }

  median(): number {
    const middle = this.#count >> 1;
    const upper = this.#values[middle]!;
    return this.#count % 2 === 1 ? upper : (this.#values[middle - 1]! + upper) / 2;
  }
}

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
  const pool = new SortedPool((2 * reach + 1) * (seasons + 1));
  const first = (at: number) => Math.max(0, at - reach);
  const last = (at: number) => Math.min(view.n - 1, at + reach);
  // Phase by phase, so that the next season only adds a few values to those of the last.
  for (let phase = 0; phase < period; phase++) {
    pool.clear();
    for (let s = phase + period; s < values.length; s += period) {
      const [latest, expired] = [s - period, s - (seasons + 1) * period];
      pool.add(view.y, first(latest), last(latest));
      if (expired >= 0) pool.remove(view.y, first(expired), last(expired));
      values[s] = pool.median();
    }
  }
  return finish(view, `median-${period}-${reach}`, period, values);
};
