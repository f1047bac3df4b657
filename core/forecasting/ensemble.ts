import { InvalidInputError } from '../errors.ts';
import { type CandidateScore, scoreFamily } from './backtest.ts';
import { type BacktestPlan, planBacktest } from './backtest-plan.ts';
import { type CandidateFamily, candidateFamily } from './candidate-family.ts';
import {
  DEFAULT_QUANTILE_LEVELS,
  type Forecast,
  type ForecastMember,
  type ForecastRequest,
} from './forecast.ts';
import { blockWeights } from './member-weights.ts';
import { toOriginalUnits } from './original-units.ts';
import { mainPeriod, type SeriesView, viewSeries } from './series-view.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from './settings.ts';
import { forecastShortHistory, SHORT_HISTORY_POINTS } from './short-history.ts';

/** Name and version stored with every forecast. */
export const ENGINE_VERSION = 'ensemble-1.0.0';

interface Combined {
  readonly quantiles: Float64Array[];
  readonly members: ForecastMember[];
}

/** Predictions of one candidate for the whole horizon, as quantiles per level. */
const predictMember = (
  view: SeriesView,
  family: CandidateFamily,
  member: number,
  horizon: number,
  levels: readonly number[],
): Float64Array => {
  const leads = Int32Array.from({ length: horizon }, (_, h) => h + 1);
  const point = family.points[member];
  const out = new Float64Array(point ? horizon : horizon * levels.length);
  if (point) point.predict(view, view.n, leads, horizon, out, 0);
  else {
    const distribution = family.distributions[member - family.points.length]!;
    distribution.predict(view, view.n, leads, horizon, levels, out, horizon);
  }
  return out;
};

/** Adds a member's share of one block to the average of quantiles. */
const addBlock = (
  quantiles: Float64Array[],
  prediction: Float64Array,
  errorQuantiles: Float64Array | undefined,
  weight: number,
  from: number,
  to: number,
): void => {
  const horizon = quantiles[0]!.length;
  quantiles.forEach((row, l) => {
    const base = errorQuantiles ? 0 : l * horizon;
    const error = errorQuantiles ? errorQuantiles[l]! : 0;
    for (let h = from; h < to; h++) row[h] = row[h]! + weight * (prediction[base + h]! + error);
  });
};

/** Averages the members' quantiles (Vincent averaging, Ratcliff 1979) with their weights per horizon block. */
const combine = (
  view: SeriesView,
  family: CandidateFamily,
  plan: BacktestPlan,
  scores: readonly CandidateScore[],
  horizon: number,
  levels: readonly number[],
  settings: EngineSettings,
): Combined => {
  const weights = Array.from(plan.blockEnds, (_, block) => blockWeights(scores, block, settings));
  const quantiles = levels.map(() => new Float64Array(horizon));
  const members: ForecastMember[] = [];
  scores.forEach((score, c) => {
    if (weights.every((block) => block[c] === 0)) return;
    const prediction = predictMember(view, family, c, horizon, levels);
    let share = 0;
    weights.forEach((block, b) => {
      const [from, to] = [b === 0 ? 0 : plan.blockEnds[b - 1]!, plan.blockEnds[b]!];
      addBlock(quantiles, prediction, score.errorQuantiles?.[b], block[c]!, from, to);
      share += (block[c]! * (to - from)) / horizon;
    });
    members.push({ name: score.name, weight: share });
  });
  return { quantiles, members: members.sort((a, b) => b.weight - a.weight) };
};

const forecastByBacktest = (
  request: ForecastRequest,
  levels: readonly number[],
  settings: EngineSettings,
): Combined => {
  const { history, horizon } = request;
  const view = viewSeries(history, mainPeriod(history.stepSeconds), []);
  const family = candidateFamily(view, horizon);
  const plan = planBacktest(view, horizon, settings);
  const { points, distributions } = scoreFamily(view, plan, family, DEFAULT_QUANTILE_LEVELS, levels);
  const combined = combine(view, family, plan, [...points, ...distributions], horizon, levels, settings);
  for (const row of combined.quantiles) {
    for (let h = 0; h < horizon; h++) row[h] = row[h]! * view.scale + view.centre;
  }
  return combined;
};

/** The engine with explicit settings, for the bench; the product calls `forecast`. */
export const forecastWith = (request: ForecastRequest, settings: EngineSettings): Forecast => {
  const { history, horizon } = request;
  const levels = request.quantileLevels ?? DEFAULT_QUANTILE_LEVELS;
  const observed = history.values.filter(Number.isFinite);
  if (observed.length === 0) {
    throw new InvalidInputError('the history holds no value', { field: 'history' });
  }
  const short = observed.length < SHORT_HISTORY_POINTS;
  const { quantiles, members } = short
    ? {
        quantiles: forecastShortHistory(history.values, horizon, levels),
        members: [{ name: 'prior', weight: 1 }],
      }
    : forecastByBacktest(request, levels, settings);
  const { mean } = toOriginalUnits(quantiles, levels, observed, request.bounds);
  return {
    start: history.start + history.values.length * history.stepSeconds,
    stepSeconds: history.stepSeconds,
    horizon,
    quantileLevels: levels,
    quantiles,
    mean,
    model: ENGINE_VERSION,
    members,
    reason: `${short ? 'too short a history to learn from, so a wide prior band' : `backtest on the series itself chose ${members[0]!.name} as its main member`}`,
    warnings: short ? [`only ${observed.length} observed points: the band is a prior, not learned`] : [],
  };
};

/**
 * Probabilistic forecast of one series by a backtest-weighted ensemble of point candidates and empirical
 * distributions. Throws InvalidInputError where the history holds no value.
 */
export const forecast = (request: ForecastRequest): Forecast => forecastWith(request, DEFAULT_SETTINGS);
