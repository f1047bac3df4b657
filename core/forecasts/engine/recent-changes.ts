import type { Continuation } from './continuation/continuation.ts';
import { findRamp, type PresentRamp } from './continuation/find-ramp.ts';
import { mixWithContinuation } from './continuation/mixed-forecast.ts';
import type { EnsembleModel } from './ensemble-model.ts';
import {
  ensembleQuantiles,
  learn,
  type PreparedSeries,
  type QuantilesAt,
  withCandidates,
} from './prepared-series.ts';
import { MIXED_LEVELS, mixQuantiles } from './quantiles/mixture.ts';
import { findRegimeChange, type RegimeChange } from './regime/regime-change.ts';
import { deseasonalise } from './series/deseasonalised.ts';
import type { EngineSettings } from './settings.ts';

/** A ramp with its continuation in units of the view. */
export interface ContinuedRamp {
  readonly present: PresentRamp;
  readonly continuation: Continuation;
}

/** Quantiles (levels x horizon) in units of the view, and the recent change that they take into account, if any. */
export interface AdaptedForecast {
  readonly quantiles: Float64Array[];
  readonly ramp: ContinuedRamp | null;
  readonly regime: RegimeChange | null;
}

/** The ensemble's forecast from the history as it would have been under the new regime. */
const underRegime = (
  { adjusted }: RegimeChange,
  kept: EnsembleModel | null,
  horizon: number,
  settings: EngineSettings,
): QuantilesAt => {
  const prepared = withCandidates(adjusted, horizon, settings);
  return ensembleQuantiles(prepared, kept ?? learn(prepared, horizon, settings), settings);
};

/**
 * Adapts the ensemble's forecast to a recent change that its members do not know: a ramp continues, or a new regime
 * lasts, with a probability that is its weight in the mixture. Without such a change the forecast is that of the
 * ensemble. `kept` is the model of an earlier run, if it is used.
 */
export const adaptForecast = (
  { view }: PreparedSeries,
  kept: EnsembleModel | null,
  ensembleAt: QuantilesAt,
  horizon: number,
  levels: readonly number[],
  settings: EngineSettings,
): AdaptedForecast => {
  const none = { ramp: null, regime: null };
  if (!settings.adaptation) return { quantiles: ensembleAt(levels), ...none };
  const series = deseasonalise(view.y, view.period);
  const present = findRamp(series, view.stepSeconds);
  if (present !== null) {
    const { quantiles, continuation } = mixWithContinuation(present, horizon, levels, ensembleAt);
    return { quantiles, ramp: { present, continuation }, regime: null };
  }
  const regime = findRegimeChange(view, series);
  if (regime === null) return { quantiles: ensembleAt(levels), ...none };
  const lasting = underRegime(regime, kept, horizon, settings)(MIXED_LEVELS);
  return {
    quantiles: mixQuantiles(lasting, ensembleAt(MIXED_LEVELS), regime.weight, levels),
    ramp: null,
    regime,
  };
};
