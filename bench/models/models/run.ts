/** The fleet model for short histories: cold start of servers that it was not trained on. */
import { shippedFleetTrees } from '../../../core/forecasts/shipped-fleet-trees.ts';
import { type ForecastTask, readTasks } from '../../forecasts/forecast/fleet-data.ts';
import type { ForecastLosses } from '../../forecasts/forecast/losses.ts';
import { type BenchOptions, sampleOf } from '../../shared/bench-options.ts';
import { type ColdFigures, figuresByGroup, scoreCorrected, scorePlain } from './cold-start.ts';
import { freshTasks } from './fresh-tasks.ts';
import { FULL, QUICK, trainOnOtherServers } from './other-servers.ts';
import { groupTable, lengthTable } from './report.ts';

const LENGTHS = [
  { points: 12, name: '1 hour' },
  { points: 36, name: '3 hours' },
  { points: 144, name: '12 hours' },
  { points: 288, name: '1 day' },
  { points: 432, name: '1.5 days' },
  { points: 575, name: 'almost 2 days' },
  { points: 720, name: '2.5 days' },
  { points: 864, name: '3 days' },
] as const;
/** Lengths for which every group is shown. */
const BY_GROUP: ReadonlySet<number> = new Set([36, 288]);
const QUICK_TASKS = 14;

interface LengthFigures {
  readonly points: number;
  readonly groups: readonly ColdFigures[];
}

/** Figures of one model: on the published tasks, and on series that no task uses. */
interface ModelFigures {
  readonly published: readonly LengthFigures[];
  readonly fresh: readonly LengthFigures[];
}

export interface ModelsBenchResult {
  readonly shipped: ModelFigures & { readonly id: string };
  readonly otherServers: ModelFigures & { readonly trainingCpuSeconds: readonly number[] };
}

type TreesOf = Parameters<typeof scoreCorrected>[3];

/** Tasks with the losses of the ensemble for each length of the history. */
interface TaskSet {
  readonly tasks: readonly ForecastTask[];
  readonly plain: ReadonlyMap<number, readonly ForecastLosses[]>;
}

const setOf = (all: readonly ForecastTask[], quick: boolean | undefined): TaskSet => {
  const tasks = quick ? sampleOf(all, QUICK_TASKS) : all;
  return { tasks, plain: new Map(LENGTHS.map(({ points }) => [points, scorePlain(tasks, points)])) };
};

const figuresOf = ({ tasks, plain }: TaskSet, treesOf: TreesOf): LengthFigures[] =>
  LENGTHS.map(({ points }) => ({
    points,
    groups: figuresByGroup(scoreCorrected(tasks, points, plain.get(points)!, treesOf)),
  }));

const print = (title: string, lengths: readonly LengthFigures[], out: (line: string) => void): void => {
  out(`\n### ${title}\n`);
  const nameOf = (points: number) => LENGTHS.find((length) => length.points === points)!.name;
  for (const line of lengthTable(lengths.map(({ points, groups }) => [nameOf(points), groups.at(-1)!])))
    out(line);
  for (const { points, groups } of lengths.filter((length) => BY_GROUP.has(length.points))) {
    out(`\nWith ${nameOf(points)} of history:\n`);
    for (const line of groupTable(groups)) out(line);
  }
};

/** Scores one model on both sets and prints the tables. */
const scoreModel = (
  name: string,
  sets: { readonly published: TaskSet; readonly fresh: TaskSet },
  treesOf: TreesOf,
  out: (line: string) => void,
): ModelFigures => {
  const published = figuresOf(sets.published, treesOf);
  print(`${name}: published tasks`, published, out);
  const fresh = figuresOf(sets.fresh, treesOf);
  print(`${name}: series that no task uses`, fresh, out);
  return { published, fresh };
};

/**
 * Scores fleet trees on short histories: trees that were trained on the servers of the other half of the fleet, and the
 * shipped ones, which were trained on none of these servers.
 */
export const runModelsBench = async ({ data, quick, out }: BenchOptions): Promise<ModelsBenchResult> => {
  const sets = { published: setOf(readTasks(data), quick), fresh: setOf(freshTasks(data), quick) };
  const trees = shippedFleetTrees();
  out('Change by the fleet trees relative to the ensemble; below 0 is better.');
  const shipped = { id: trees.id, ...scoreModel(`Shipped trees ${trees.id}`, sets, () => trees, out) };
  const others = trainOnOtherServers(data, quick ? QUICK : FULL);
  const name = `Trained on other servers in ${others.cpuSeconds.join(' and ')} s of CPU`;
  const figures = scoreModel(name, sets, ({ series }) => others.treesOf(series), out);
  return { shipped, otherServers: { trainingCpuSeconds: others.cpuSeconds, ...figures } };
};
