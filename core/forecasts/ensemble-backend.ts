import { errorFrom, InvalidInputError } from '../shared/errors.ts';
import { forecastWithState } from './engine/ensemble.ts';
import type { FleetTrees } from './engine/fleet/fleet-trees.ts';
import { decodeState, encodeState, type ForecastState } from './engine/forecast-state.ts';
import { DEFAULT_SETTINGS } from './engine/settings.ts';
import type { BackendForecast, BackendRequest, BackendResult, ForecastBackend } from './ports.ts';

const readState = (text: string): ForecastState | undefined => {
  try {
    return decodeState(text);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};

const forecastSeries = (
  fleet: FleetTrees | null,
  { itemId, state: given, ...request }: BackendRequest,
): BackendForecast => {
  const known = given === undefined ? undefined : readState(given);
  const { forecast, state } = forecastWithState(request, known ?? null, DEFAULT_SETTINGS, fleet);
  if (known !== undefined && state === known) return { itemId, forecast, start: 'resumed', state: given! };
  const start = given !== undefined && known === undefined ? 'unreadable' : 'scratch';
  return { itemId, forecast, start, ...(state !== null && { state: encodeState(state) }) };
};

const attempt = (fleet: FleetTrees | null, request: BackendRequest): BackendResult => {
  try {
    return forecastSeries(fleet, request);
  } catch (error) {
    return { itemId: request.itemId, error: errorFrom(error) };
  }
};

/**
 * Forecasts in this process with the backtest-weighted ensemble, for short histories corrected by fleet trees:
 * deterministic, and without a network.
 */
export const ensembleBackendWith = (fleet: FleetTrees | null): ForecastBackend => ({
  name: 'ensemble',
  forecast: async (requests) => requests.map((request) => attempt(fleet, request)),
});

/** The ensemble alone. */
export const ensembleBackend: ForecastBackend = ensembleBackendWith(null);
