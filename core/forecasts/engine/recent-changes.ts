import type { Continuation } from './continuation/continuation.ts';
import { findRamp, type PresentRamp } from './continuation/find-ramp.ts';
import { mixWithContinuation } from './continuation/mixed-forecast.ts';
import type { EnsembleModel } from './ensemble-model.ts';
import type { FleetTrees } from './fleet/fleet-trees.ts';
import { fleetWeight, withFleet } from './fleet/serving-rule.ts';
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
import type { SeriesView } from './series/series-view.ts';
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

/** What is forecast from a view. */
export interface ViewRequest {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly settings: EngineSettings;
  /** The model of an earlier run, if it is used. */
  readonly kept: EnsembleModel | null;
  /** True if the moves of the local clock are known, so that none is looked for. */
  readonly isClockKnown: boolean;
  /** Steps of the view at which somebody acted on what is measured. */
  readonly interventions: readonly number[];
  /** The fleet model, if there is one. */
  readonly fleet: FleetTrees | null;
}

/** The forecast of a view with the model behind it. */
export interface ViewForecast {
  readonly adapted: AdaptedForecast;
  readonly model: EnsembleModel;
}

/** The model of a view (kept, or learned from it) and its quantiles, for short histories those of the fleet model. */
export const ensembleOf = (
  view: SeriesView,
  { horizon, kept, settings, fleet }: Pick<ViewRequest, 'horizon' | 'kept' | 'settings' | 'fleet'>,
): { readonly model: EnsembleModel; readonly ensembleAt: QuantilesAt } => {
  const prepared: PreparedSeries = withCandidates(view, horizon, settings);
  const model = kept ?? learn(prepared, horizon, settings);
  const ensembleAt = ensembleQuantiles(prepared, model, settings);
  const weight = fleet === null ? 0 : fleetWeight(fleet, view, horizon);
  if (fleet === null || weight === 0) return { model, ensembleAt };
  return { model, ensembleAt: withFleet(fleet, view, weight, ensembleAt) };
};

/**
 * Adapts the ensemble's forecast to a recent change that its members do not know: a ramp continues, or a new regime
 * lasts, with a probability that is its weight in the mixture. Without such a change the forecast is that of the
 * ensemble.
 */
const adapt = (view: SeriesView, ensembleAt: QuantilesAt, request: ViewRequest): AdaptedForecast => {
  const { horizon, levels, settings, isClockKnown, interventions } = request;
  const none = { ramp: null, regime: null };
  if (!settings.adaptation) return { quantiles: ensembleAt(levels), ...none };
  const series = deseasonalise(view.y, view.period);
  const present = findRamp(series, view.stepSeconds, interventions);
  if (present !== null) {
    const { quantiles, continuation } = mixWithContinuation(present, horizon, levels, ensembleAt);
    return { quantiles, ramp: { present, continuation }, regime: null };
  }
  const regime = findRegimeChange(view, series, isClockKnown);
  if (regime === null) return { quantiles: ensembleAt(levels), ...none };
  const lasting = ensembleOf(regime.adjusted, request).ensembleAt(MIXED_LEVELS);
  return {
    quantiles: mixQuantiles(lasting, ensembleAt(MIXED_LEVELS), regime.weight, levels),
    ramp: null,
    regime,
  };
};

/** Forecasts a view with the ensemble, adapted to recent changes. */
export const forecastView = (view: SeriesView, request: ViewRequest): ViewForecast => {
  const { model, ensembleAt } = ensembleOf(view, request);
  return { adapted: adapt(view, ensembleAt, request), model };
};
