/** Forecasts of short histories with and without fleet trees, on the published tasks cut to their last points. */
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { FleetTrees } from '../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { DEFAULT_SETTINGS } from '../../../core/forecasts/engine/settings.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { type ForecastTask, HORIZON } from '../../forecasts/forecast/fleet-data.ts';
import {
  bootstrapInterval,
  type ForecastLosses,
  lossesOf,
  relativeLoss,
} from '../../forecasts/forecast/losses.ts';

/** A task with a short history, forecast without and with fleet trees. */
export interface ColdScore {
  readonly task: ForecastTask;
  readonly plain: ForecastLosses;
  readonly corrected: ForecastLosses;
}

const forecastLosses = (
  { history, actual, maseScale }: ForecastTask,
  points: number,
  fleet: FleetTrees | null,
): ForecastLosses => {
  const { start, stepSeconds, values } = history;
  const short = {
    start: start + (values.length - points) * stepSeconds,
    stepSeconds,
    values: values.slice(-points),
  };
  const asked = { history: short, horizon: HORIZON };
  const { quantiles } = forecastWithState(asked, null, DEFAULT_SETTINGS, fleet).forecast;
  return lossesOf(actual, quantiles, DEFAULT_QUANTILE_LEVELS, maseScale);
};

/** Scores tasks with their last `points`, without trees once for all models that are compared. */
export const scorePlain = (tasks: readonly ForecastTask[], points: number): ForecastLosses[] =>
  tasks.map((task) => forecastLosses(task, points, null));

/** Adds the scores with the trees of each task. */
export const scoreCorrected = (
  tasks: readonly ForecastTask[],
  points: number,
  plain: readonly ForecastLosses[],
  treesOf: (task: ForecastTask) => FleetTrees,
): ColdScore[] =>
  tasks.map((task, i) => ({
    task,
    plain: plain[i]!,
    corrected: forecastLosses(task, points, treesOf(task)),
  }));

/** Figures of one group. Changes are relative: -0.05 is 5 % better than the ensemble; intervals are 95 %, by series. */
export interface ColdFigures {
  readonly group: string;
  readonly tasks: number;
  readonly crps: number;
  readonly crpsInterval: readonly [number, number];
  readonly mase: number;
  readonly coveredBefore: number;
  readonly covered: number;
}

const change =
  (measure: 'mase' | 'sql') =>
  (scores: readonly ColdScore[]): number =>
    relativeLoss(scores.map(({ plain, corrected }) => [corrected[measure], plain[measure]])) - 1;

/** Summarises scores as a named group. */
export const coldFigures = (group: string, scores: readonly ColdScore[]): ColdFigures => {
  const clusters = [...Map.groupBy(scores, ({ task }) => `${task.group}/${task.series}`).values()];
  return {
    group,
    tasks: scores.length,
    crps: change('sql')(scores),
    crpsInterval: bootstrapInterval(clusters, change('sql')),
    mase: change('mase')(scores),
    coveredBefore: mean(scores.map(({ plain }) => plain.covered)),
    covered: mean(scores.map(({ corrected }) => corrected.covered)),
  };
};

/** Figures of every group and of all tasks. */
export const figuresByGroup = (scores: readonly ColdScore[]): ColdFigures[] => [
  ...[...Map.groupBy(scores, ({ task }) => task.group)].map(([group, some]) => coldFigures(group, some)),
  coldFigures('all', scores),
];
