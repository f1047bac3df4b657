import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import type { ClockMove } from '../../shared/time-zone.ts';
import type { Continuation } from './continuation/continuation.ts';

/** A request to a forecaster. */
export interface ForecastRequest {
  readonly history: RegularSeries;
  /** Number of future steps, each of `history.stepSeconds`. */
  readonly horizon: number;
  readonly quantileLevels?: readonly number[];
  /** Hard limits of the metric (percentages: 0 and 100). Default: learned non-negativity only. */
  readonly bounds?: { readonly lower?: number; readonly upper?: number };
  /** Moves of the clocks where the users of the series live, ascending; without it, they are inferred from the history. */
  readonly clockMoves?: readonly ClockMove[];
  /** When somebody acted on what is measured, epoch seconds: a climb that ends then did not end by itself. */
  readonly interventions?: readonly number[];
}

/** One member of the ensemble and its share, largest first. */
export interface ForecastMember {
  readonly name: string;
  readonly weight: number;
}

/** A climb or decline that the series is on at the start of a forecast. */
export interface ForecastRamp {
  /** Epoch seconds of its first point. */
  readonly since: number;
  /** Change per hour since then, in the units of the metric; negative for a decline. */
  readonly perHour: number;
  /** Probability that it continues: its weight in the forecast. */
  readonly weight: number;
  /** How it continues, in the units of the metric, without the metric's bounds. */
  readonly continuation: Continuation;
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
  /** Engine name and version, e.g. `ensemble-1.1.0`. */
  readonly model: string;
  readonly members: readonly ForecastMember[];
  /** One sentence that explains the forecast. */
  readonly reason: string;
  readonly warnings: readonly string[];
  /** The ramp that the series is on, if any. Not stored: `members` and `reason` name it. */
  readonly ramp?: ForecastRamp;
}
