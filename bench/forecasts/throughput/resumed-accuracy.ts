import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import { decodeState, encodeState } from '../../../core/forecasts/engine/forecast-state.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { type ForecastTask, HORIZON } from '../forecast/fleet-data.ts';
import { type ForecastLosses, lossesOf, relativeLoss } from '../forecast/losses.ts';

/** Effect of starting from states that are some hours old: ratios of losses to those of forecasts from scratch. */
export interface ResumedAccuracy {
  readonly tasks: number;
  readonly hours: readonly number[];
  readonly maseRatio: number;
  readonly crpsRatio: number;
  /** Share of the values inside p10-p90. */
  readonly covered: { readonly scratch: number; readonly resumed: number };
}

const STEPS_PER_HOUR = 12;

const until = (history: RegularSeries, length: number): RegularSeries => ({
  ...history,
  values: history.values.slice(0, length),
});

const lossPair = ({ history, actual, maseScale }: ForecastTask, hours: number) => {
  const earlier = until(history, history.values.length - hours * STEPS_PER_HOUR);
  const learned = forecastWithState({ history: earlier, horizon: HORIZON }).state;
  const kept = learned === null ? null : decodeState(encodeState(learned));
  const losses = (state: typeof kept): ForecastLosses => {
    const { quantiles } = forecastWithState({ history, horizon: HORIZON }, state).forecast;
    return lossesOf(actual, quantiles, DEFAULT_QUANTILE_LEVELS, maseScale);
  };
  return { resumed: losses(kept), scratch: losses(null) };
};

/** Scores the same tasks from scratch and from states that are one to five hours old, as in hourly runs. */
export const resumedAccuracy = (tasks: readonly ForecastTask[]): ResumedAccuracy => {
  const hours = [1, 2, 3, 4, 5];
  const pairs = tasks.map((task, i) => lossPair(task, hours[i % hours.length]!));
  return {
    tasks: tasks.length,
    hours,
    maseRatio: relativeLoss(pairs.map(({ resumed, scratch }) => [resumed.mase, scratch.mase])),
    crpsRatio: relativeLoss(pairs.map(({ resumed, scratch }) => [resumed.sql, scratch.sql])),
    covered: {
      scratch: mean(pairs.map(({ scratch }) => scratch.covered)),
      resumed: mean(pairs.map(({ resumed }) => resumed.covered)),
    },
  };
};
