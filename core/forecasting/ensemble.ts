import { InvalidInputError } from '../errors.ts';
import { scoreCandidates } from './backtest.ts';
import { planBacktest } from './backtest-plan.ts';
import { candidateFamily } from './candidate-family.ts';
import { type EnsembleQuantiles, poolMembers } from './ensemble-quantiles.ts';
import { DEFAULT_QUANTILE_LEVELS, type Forecast, type ForecastRequest } from './forecast.ts';
import { toOriginalUnits } from './original-units.ts';
import { otherPeriods } from './period-detection.ts';
import { mainPeriod, viewSeries } from './series-view.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import { forecastShortHistory, SHORT_HISTORY_POINTS } from './short-history.ts';

/** Name and version stored with every forecast. */
export const ENGINE_VERSION = 'ensemble-1.0.0';

const checkRequest = ({ history, horizon, quantileLevels }: ForecastRequest): void => {
  if (!history.values.some(Number.isFinite)) {
    throw new InvalidInputError('the history holds no value', { field: 'history' });
  }
  if (!(Number.isInteger(horizon) && horizon >= 1)) {
    throw new InvalidInputError(`expected a horizon of at least one whole step, found ${horizon}`, {
      field: 'horizon',
    });
  }
  if (!(history.stepSeconds > 0)) {
    throw new InvalidInputError(`expected a positive step, found ${history.stepSeconds}`, {
      field: 'history',
    });
  }
  const bad = quantileLevels?.find((level) => !(level > 0 && level < 1));
  if (bad !== undefined || quantileLevels?.length === 0) {
    throw new InvalidInputError(`expected quantile levels between 0 and 1, found ${bad ?? 'none'}`, {
      field: 'quantileLevels',
    });
  }
};

const forecastByBacktest = (
  { history, horizon }: ForecastRequest,
  levels: readonly number[],
  settings: EngineSettings,
): EnsembleQuantiles => {
  const period = mainPeriod(history.stepSeconds);
  const view = viewSeries(history, period, (y) => otherPeriods(y, history.stepSeconds, period));
  const plan = planBacktest(view, horizon, settings);
  const candidates = candidateFamily(view, plan.leads);
  const scores = scoreCandidates(view, plan, candidates);
  const pooled = poolMembers(candidates, scores, plan, view.n, levels, settings);
  for (const row of pooled.quantiles) {
    for (let h = 0; h < horizon; h++) row[h] = row[h]! * view.scale + view.centre;
  }
  return pooled;
};

const shortForecast = (
  { history, horizon }: ForecastRequest,
  levels: readonly number[],
): EnsembleQuantiles => ({
  quantiles: forecastShortHistory(history.values, horizon, levels),
  members: [{ name: 'prior', weight: 1 }],
});

/** The engine with explicit settings, for the bench; the product calls `forecast`. */
export const forecastWith = (request: ForecastRequest, settings: EngineSettings): Forecast => {
  checkRequest(request);
  const { history, horizon } = request;
  const levels = request.quantileLevels ?? DEFAULT_QUANTILE_LEVELS;
  const observed = history.values.filter(Number.isFinite);
  const short = observed.length < SHORT_HISTORY_POINTS;
  const { quantiles, members } = short
    ? shortForecast(request, levels)
    : forecastByBacktest(request, levels, settings);
  return {
    start: history.start + history.values.length * history.stepSeconds,
    stepSeconds: history.stepSeconds,
    horizon,
    quantileLevels: levels,
    quantiles,
    mean: toOriginalUnits(quantiles, levels, observed, request.bounds).mean,
    model: ENGINE_VERSION,
    members,
    reason: short
      ? 'too short a history to learn from, so a wide prior band'
      : `backtest on the series itself favours ${members[0]!.name}`,
    warnings: short ? [`only ${observed.length} observed points: the band is a prior, not learned`] : [],
  };
};

/**
 * Probabilistic forecast of one series by a backtest-weighted ensemble of point candidates and empirical
 * distributions. Throws InvalidInputError where the history holds no value or the request makes no sense.
 */
export const forecast = (request: ForecastRequest): Forecast => forecastWith(request, DEFAULT_SETTINGS);
