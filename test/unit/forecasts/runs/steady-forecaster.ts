import type { Forecast, ForecastRequest } from '../../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import type { ForecastBackend } from '../../../../core/forecasts/ports.ts';
import { errorFrom, InvalidInputError } from '../../../../core/shared/errors.ts';

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

/** Always forecasts one below the last value: enough to test how a batch uses forecasts. */
export const steadyForecaster: Forecaster = ({
  history,
  horizon,
  quantileLevels = DEFAULT_QUANTILE_LEVELS,
  bounds: { lower = -Infinity, upper = Infinity } = {},
}) => {
  const last = history.values.findLast(Number.isFinite);
  if (last === undefined) throw new InvalidInputError('the history has no value');
  const { start, stepSeconds } = history;
  const row = (level: number) =>
    new Float64Array(horizon).fill(Math.min(upper, Math.max(lower, last - 1 + level)));
  return {
    start: start + history.values.length * stepSeconds,
    stepSeconds,
    horizon,
    quantileLevels,
    quantiles: quantileLevels.map(row),
    mean: row(0.5),
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
