import {
  DEFAULT_QUANTILE_LEVELS,
  type Forecast,
  type ForecastRequest,
} from '../../../../core/forecasts/engine/forecast.ts';
import type { ForecastBackend } from '../../../../core/forecasts/ports.ts';
import { errorFrom } from '../../../../core/shared/errors.ts';

export type Forecaster = (request: ForecastRequest) => Forecast;

/** A backend that asks a function for each series, and keeps no state. */
export const backendOf = (forecaster: Forecaster): ForecastBackend => ({
  name: 'test',
  forecast: async (requests) =>
    requests.map(({ itemId, ...request }) => {
      try {
        return { itemId, start: 'scratch', forecast: forecaster(request) };
      } catch (error) {
        return { itemId, error: errorFrom(error) };
      }
    }),
});

/** Forecasts the unit below the last value for ever: enough to test what a batch does with forecasts. */
export const steadyForecaster: Forecaster = ({ history, horizon }) => {
  const last = history.values.at(-1) ?? 0;
  const { start, stepSeconds } = history;
  return {
    start: start + history.values.length * stepSeconds,
    stepSeconds,
    horizon,
    quantileLevels: DEFAULT_QUANTILE_LEVELS,
    quantiles: DEFAULT_QUANTILE_LEVELS.map((level) => new Float64Array(horizon).fill(last - 1 + level)),
    mean: new Float64Array(horizon).fill(last - 0.5),
    model: 'steady-1',
    members: [{ name: 'last value', weight: 1 }],
    reason: 'the last value',
    warnings: [],
  };
};

/** Points every `step` seconds up to `lastAt`, newest last. */
export const pointsUpTo = (lastAt: number, step: number, values: readonly number[]) => ({
  timestamps: values.map((_, i) => lastAt - (values.length - 1 - i) * step),
  values,
});
