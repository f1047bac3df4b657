import type { RegularSeries } from '../../metrics/series/metric-series.ts';

/** Default quantile levels of a published forecast. */
export const DEFAULT_QUANTILE_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What a forecaster is asked. */
export interface ForecastRequest {
  readonly history: RegularSeries;
  /** Number of future steps, each of `history.stepSeconds`. */
  readonly horizon: number;
  readonly quantileLevels?: readonly number[];
  /** Hard limits of the metric (percentages: 0 and 100). Default: learned non-negativity only. */
  readonly bounds?: { readonly lower?: number; readonly upper?: number };
  /** What is known to move the series: holidays, releases, planned changes, in the past and in the future. */
  readonly knownEffects?: readonly KnownEffect[];
}

/**
 * A known covariate over a span of time. Give `add` or `multiply` where the size is known (a planned change);
 * leave both out for a recurring `kind` (a holiday, a sale), whose factor is learned from its past spans.
 */
export interface KnownEffect {
  readonly kind: string;
  /** Epoch seconds, the end excluded. */
  readonly from: number;
  readonly to: number;
  readonly add?: number;
  readonly multiply?: number;
}

/** One member of the ensemble and its share, largest first. */
export interface ForecastMember {
  readonly name: string;
  readonly weight: number;
}

/** A probabilistic forecast of one series: finite, ordered quantiles for every step. */
export interface Forecast {
  /** Epoch seconds of the first forecast step (history end + one step). */
  readonly start: number;
  readonly stepSeconds: number;
  readonly horizon: number;
  readonly quantileLevels: readonly number[];
  /** `quantiles[l][h]`: level `quantileLevels[l]` at step `h`; shape levels x horizon. */
  readonly quantiles: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Engine name and version, e.g. `ensemble-1.0.0`. */
  readonly model: string;
  readonly members: readonly ForecastMember[];
  /** One sentence: why the forecast looks as it does. */
  readonly reason: string;
  readonly warnings: readonly string[];
}

/** The port every backend (Lambda ensemble, SageMaker job, async endpoint) fulfils. */
export type Forecaster = (request: ForecastRequest) => Forecast;
