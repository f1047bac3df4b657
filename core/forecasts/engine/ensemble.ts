import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { checkRequest } from './check-request.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import {
  type Explanation,
  explainBacktest,
  explainChange,
  explainClock,
  explainFleet,
  explainPrior,
} from './explanation.ts';
import type { FleetTrees } from './fleet/fleet-trees.ts';
import { fleetWeight } from './fleet/serving-rule.ts';
import type { Forecast, ForecastRequest } from './forecast.ts';
import { type ForecastState, stateServes } from './forecast-state.ts';
import { findLocalClock, forecastByClock } from './local-time-forecast.ts';
import { inUnit, safeUnit } from './magnitude.ts';
import { toOriginalUnits } from './original-units.ts';
import { viewHistory } from './prepared-series.ts';
import { DEFAULT_QUANTILE_LEVELS } from './quantiles/pool-levels.ts';
import { forecastView } from './recent-changes.ts';
import type { SeriesView } from './series/series-view.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import { forecastShortHistory, SHORT_HISTORY_POINTS } from './short-history.ts';

export { ENGINE_VERSION } from './engine-version.ts';

/** A forecast with the state for the next run; null if the history was too short to learn from. */
export interface ForecastWithState {
  readonly forecast: Forecast;
  readonly state: ForecastState | null;
}

const endOf = ({ history }: ForecastRequest): number =>
  history.start + history.values.length * history.stepSeconds;

const observedPoints = ({ values }: RegularSeries): number => {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) count++;
  return count;
};

/** Converts quantiles (levels x horizon, in `unit`) to the metric's units and applies its bounds. */
const published = (
  request: ForecastRequest,
  quantiles: Float64Array[],
  unit: number,
  levels: readonly number[],
  explanation: Explanation,
  model = ENGINE_VERSION,
): Forecast => {
  if (unit !== 1) for (const row of quantiles) for (let h = 0; h < row.length; h++) row[h] = row[h]! * unit;
  return {
    start: endOf(request),
    stepSeconds: request.history.stepSeconds,
    horizon: request.horizon,
    quantileLevels: levels,
    quantiles,
    mean: toOriginalUnits(quantiles, levels, request.history.values, request.bounds),
    model,
    ...explanation,
  };
};

/** Engine and, if it gives the quantiles, fleet model behind a forecast. */
const modelOf = (fleet: FleetTrees | null, weight: number): string =>
  fleet === null || weight === 0 ? ENGINE_VERSION : `${ENGINE_VERSION}+fleet-trees-${fleet.id}`;

/** Converts quantiles, in place, from the units of a view to those of its history. */
const toUnitsOf = ({ scale, centre }: SeriesView, quantiles: Float64Array[]): Float64Array[] => {
  for (const row of quantiles) for (let h = 0; h < row.length; h++) row[h] = row[h]! * scale + centre;
  return quantiles;
};

/**
 * Forecasts from the state of an earlier run, if it is still valid, and returns the state to store. While a state is
 * valid (a quarter of a day), the quantiles of regular series differ from a forecast from scratch by less than a tenth
 * of the mean p10-p90 width on average (tested); on the published tasks by 6 % (median), at 1.6 % of CRPS.
 * With a fleet model, it refines the forecasts of short histories.
 */
export const forecastWithState = (
  asked: ForecastRequest,
  state: ForecastState | null = null,
  settings: EngineSettings = DEFAULT_SETTINGS,
  fleet: FleetTrees | null = null,
): ForecastWithState => {
  checkRequest(asked);
  const unit = safeUnit(asked.history.values);
  const request = { ...asked, history: inUnit(asked.history, unit) };
  const { history, horizon } = request;
  const levels = request.quantileLevels ?? DEFAULT_QUANTILE_LEVELS;
  const observed = observedPoints(history);
  if (observed < SHORT_HISTORY_POINTS) {
    const quantiles = forecastShortHistory(history.values, horizon, levels);
    return { forecast: published(asked, quantiles, unit, levels, explainPrior(observed)), state: null };
  }
  const view = viewHistory(history);
  const clock = settings.adaptation ? findLocalClock(view, request) : null;
  const [end, stepSeconds] = [endOf(request), history.stepSeconds];
  const modelled = clock !== null && clock.weight >= 0.5 ? clock.horizon : horizon;
  const kept = state !== null && stateServes(state, { end, stepSeconds }, modelled) ? state : null;
  const interventions = (asked.interventions ?? []).map((at) => (at - history.start) / stepSeconds);
  const known = { isClockKnown: clock !== null, interventions };
  const task = { horizon, levels, settings, kept: kept?.model ?? null, ...known, fleet };
  const weight = fleet === null ? 0 : fleetWeight(fleet, view, modelled);
  const { adapted, model } = clock === null ? forecastView(view, task) : forecastByClock(view, clock, task);
  const quantiles = toUnitsOf(view, adapted.quantiles);
  const learned = explainFleet(explainBacktest(request, model, observed), weight);
  const changed = explainChange(learned, adapted, { view, history, unit });
  const explanation = clock === null ? changed : explainClock(changed, clock);
  return {
    forecast: published(asked, quantiles, unit, levels, explanation, modelOf(fleet, weight)),
    state: kept ?? { engine: ENGINE_VERSION, learnedUntil: end, stepSeconds, model },
  };
};

/** The engine with explicit settings, for the bench. The product calls `forecast`. */
export const forecastWith = (request: ForecastRequest, settings: EngineSettings): Forecast =>
  forecastWithState(request, null, settings).forecast;

/**
 * Probabilistic forecast of one series by a backtest-weighted ensemble of point candidates and empirical
 * distributions. @throws InvalidInputError if the history contains no value or the request is invalid
 */
export const forecast = (request: ForecastRequest): Forecast => forecastWith(request, DEFAULT_SETTINGS);
