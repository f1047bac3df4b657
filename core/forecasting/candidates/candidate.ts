import type { SeriesView } from '../series-view.ts';

/**
 * A method that gives one number per lead. `predict` sees only `view.y[0..origin)` and writes
 * `out[offset + j]` for step `origin + leads[j] - 1`, for the first `count` leads.
 */
export interface PointCandidate {
  readonly name: string;
  predict(
    view: SeriesView,
    origin: number,
    leads: Int32Array,
    count: number,
    out: Float64Array,
    offset: number,
  ): void;
}

/** A method that gives a whole distribution per lead: `out[l * stride + j]` for `levels[l]`, lead j. */
export interface DistributionCandidate {
  readonly name: string;
  predict(
    view: SeriesView,
    origin: number,
    leads: Int32Array,
    count: number,
    levels: readonly number[],
    out: Float64Array,
    stride: number,
  ): void;
}
