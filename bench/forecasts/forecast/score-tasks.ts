import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { forecastByAugurs } from './augurs-baseline.ts';
import { type ForecastTask, HORIZON } from './fleet-data.ts';
import { bootstrapInterval, type ForecastLosses, lossesOf, relativeLoss } from './losses.ts';

/** A task with the results of the engine and of augurs. CPU in milliseconds. */
export interface ScoredTask {
  readonly task: ForecastTask;
  readonly forecast: Forecast;
  readonly own: ForecastLosses;
  readonly augurs: ForecastLosses | null;
  readonly ownCpu: number;
  readonly augursCpu: number;
}

/** Runs a function and returns its result and the CPU time of this process in milliseconds. */
export const withCpuTime = <T>(work: () => T): [T, number] => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
};

/** Forecasts one task with the engine and with augurs in the same process. */
export const scoreTask = (task: ForecastTask): ScoredTask => {
  const { history, actual, maseScale } = task;
  const [made, ownCpu] = withCpuTime(() => forecast({ history, horizon: HORIZON }));
  const [rows, augursCpu] = withCpuTime(() =>
    forecastByAugurs(history.values, [Math.round(DAY_SECONDS / history.stepSeconds)], HORIZON),
  );
  const losses = (quantiles: readonly ArrayLike<number>[]) =>
    lossesOf(actual, quantiles, DEFAULT_QUANTILE_LEVELS, maseScale);
  const augurs = rows.flat().every(Number.isFinite) ? losses(rows) : null;
  return { task, forecast: made, own: losses(made.quantiles), augurs, ownCpu, augursCpu };
};

const isSound = ({ quantiles }: Forecast): boolean =>
  quantiles.every((row, l) =>
    row.every((value, h) => Number.isFinite(value) && (l === 0 || value >= quantiles[l - 1]![h]!)),
  );

/** Figures of one group. Ratios below 1 are better than the reference; intervals are 95 %, by series. */
export interface GroupFigures {
  readonly group: string;
  readonly tasks: number;
  readonly relMase: number;
  readonly relMaseInterval: [number, number];
  readonly relCrps: number;
  readonly relCrpsInterval: [number, number];
  readonly sMape: number;
  readonly coverage80: number;
  /** Relative to the frozen losses of each reference method: [MASE, CRPS]. */
  readonly versus: Readonly<Record<string, readonly [number, number]>>;
  /** Relative to augurs MSTL+ETS in this process, for tasks with a finite result: [MASE, CRPS]. */
  readonly versusAugursHere: readonly [number, number];
  readonly unsound: number;
}

type Measure = 'mase' | 'sql';

const ratio = (scored: readonly ScoredTask[], reference: string, measure: Measure): number =>
  relativeLoss(scored.map(({ own, task }) => [own[measure], task.reference[reference]![measure]]));

const ratioToAugurs = (scored: readonly ScoredTask[], measure: Measure): number =>
  relativeLoss(
    scored.flatMap(({ own, augurs }) => (augurs === null ? [] : [[own[measure], augurs[measure]] as const])),
  );

const clustersOf = (scored: readonly ScoredTask[]): ScoredTask[][] => [
  ...Map.groupBy(scored, ({ task }) => `${task.group}/${task.series}`).values(),
];

/** Summarises scored tasks as a named group. */
export const groupFigures = (group: string, scored: readonly ScoredTask[]): GroupFigures => {
  const clusters = clustersOf(scored);
  const interval = (measure: Measure) => bootstrapInterval(clusters, (items) => ratio(items, 'sn', measure));
  const references = Object.keys(scored[0]!.task.reference);
  return {
    group,
    tasks: scored.length,
    relMase: ratio(scored, 'sn', 'mase'),
    relMaseInterval: interval('mase'),
    relCrps: ratio(scored, 'sn', 'sql'),
    relCrpsInterval: interval('sql'),
    sMape: mean(scored.map(({ own }) => own.sMape)),
    coverage80: mean(scored.map(({ own }) => own.covered)),
    versus: Object.fromEntries(
      references.map((name) => [name, [ratio(scored, name, 'mase'), ratio(scored, name, 'sql')] as const]),
    ),
    versusAugursHere: [ratioToAugurs(scored, 'mase'), ratioToAugurs(scored, 'sql')],
    unsound: scored.filter((item) => !isSound(item.forecast)).length,
  };
};
