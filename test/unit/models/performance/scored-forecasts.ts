import type { IssuedForecast } from '../../../../core/models/performance/score-forecast.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

export const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
export const STEP = 300;
export const HORIZON = 96;
const HISTORY = 3 * 288;
const START = 1_790_000_100;

/** A series of uniform values in [0, 100) that goes on for a horizon after the history. */
export const uniformSeries = (seed: number) => {
  const random = randomStream(seed, 'uniform');
  return {
    start: START,
    stepSeconds: STEP,
    values: Float64Array.from({ length: HISTORY + HORIZON }, () => random.between(0, 100)),
  };
};

/** The forecast after the history: the same quantiles at each step, those of uniform values unless others are given. */
export const steadyForecast = (
  quantiles: readonly number[] = LEVELS.map((level) => 100 * level),
  breach: IssuedForecast['breach'] = null,
): IssuedForecast => ({
  start: START + HISTORY * STEP,
  stepSeconds: STEP,
  horizon: HORIZON,
  quantileLevels: LEVELS,
  quantiles: quantiles.map((value) => new Float64Array(HORIZON).fill(value)),
  breach,
});

/** The actual values of that forecast in a series. */
export const actualOf = ({ values }: { readonly values: Float64Array }): Float64Array =>
  values.slice(HISTORY);
export const historyOf = (series: ReturnType<typeof uniformSeries>) => ({
  ...series,
  values: series.values.slice(0, HISTORY),
});
