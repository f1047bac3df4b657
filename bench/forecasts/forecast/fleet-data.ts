import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const STEP_SECONDS = 300;
export const HORIZON = 96;

const Losses = z.object({ mase: z.number(), sql: z.number() });
const TaskLine = z.object({
  file: z.string(),
  series: z.string(),
  group: z.string(),
  history_steps: z.number().int(),
  forecast_from: z.number(),
  mase_scale: z.number(),
  reference: z.record(z.string(), Losses),
});

/** Mean absolute error and mean pinball loss (x 2), both over the task's MASE scale. */
export type TaskLosses = z.infer<typeof Losses>;

/** One rolling-origin task: a history, the actual values, and the frozen losses of the reference methods. */
export interface ForecastTask {
  readonly group: string;
  readonly series: string;
  readonly history: RegularSeries;
  readonly actual: Float64Array;
  readonly maseScale: number;
  readonly reference: Readonly<Record<string, TaskLosses>>;
}

/** A series on the five-minute grid. */
export interface Grid {
  readonly start: number;
  readonly values: Float64Array;
}

/** Values on the five-minute grid: times are rounded down, the last value of a slot wins, gaps are NaN. */
const toGrid = (points: ReadonlyMap<number, number>): Grid => {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const at of points.keys()) {
    start = Math.min(start, at);
    end = Math.max(end, at);
  }
  const values = new Float64Array((end - start) / STEP_SECONDS + 1).fill(Number.NaN);
  for (const [at, value] of points) values[(at - start) / STEP_SECONDS] = value;
  return { start, values };
};

const slotOf = (epochSeconds: number): number => Math.floor(epochSeconds / STEP_SECONDS) * STEP_SECONDS;

const parseLong = (text: string): Map<string, Grid> => {
  const bySeries = new Map<string, Map<number, number>>();
  for (const line of text.split('\n').slice(1)) {
    const [time, series, value] = line.split(',');
    if (series === undefined) continue;
    const points = bySeries.get(series) ?? new Map<number, number>();
    bySeries.set(series, points.set(slotOf(Number(time)), value ? Number(value) : Number.NaN));
  }
  return new Map([...bySeries].map(([series, points]) => [series, toGrid(points)]));
};

const parseNab = (text: string): Grid => {
  const points = new Map<number, number>();
  for (const line of text.trim().split('\n').slice(1)) {
    const [time, value] = line.split(',');
    points.set(slotOf(Date.parse(`${time!.replace(' ', 'T')}Z`) / 1000), Number(value));
  }
  return toGrid(points);
};

/** Series by name of a gzipped CSV file with the columns timestamp, series and value. */
export const readLongCsv = (path: string): ReadonlyMap<string, Grid> =>
  parseLong(gunzipSync(readFileSync(path)).toString('utf8'));

const findNab = (data: string, series: string): string => {
  const root = join(data, 'nab', 'data');
  const found = readdirSync(root)
    .map((folder) => join(root, folder, `${series}.csv`))
    .find(existsSync);
  if (found === undefined) throw new InvalidInputError(`no NAB series ${series} under ${root}`);
  return found;
};

const readGrids = (data: string): ((file: string, series: string) => Grid) => {
  const files = new Map<string, ReadonlyMap<string, Grid>>();
  return (file, series) => {
    if (file.endsWith('nab')) return parseNab(readFileSync(findNab(data, series), 'utf8'));
    const known = files.get(file) ?? readLongCsv(join(data, 'fleet', file));
    files.set(file, known);
    const grid = known.get(series);
    if (grid === undefined) throw new InvalidInputError(`no series ${series} in ${file}`);
    return grid;
  };
};

/**
 * Reads `fleet/tasks.jsonl` and the series behind it. `times` lengthens the histories, without those tasks whose series
 * begins later. Throws InvalidInputError if a series is missing.
 */
export const readTasks = (data: string, times = 1): ForecastTask[] => {
  const gridOf = readGrids(data);
  const lines = readFileSync(join(data, 'fleet', 'tasks.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.flatMap((line) => {
    const task = TaskLine.parse(JSON.parse(line));
    const grid = gridOf(task.file, task.series);
    const from = (task.forecast_from - grid.start) / STEP_SECONDS;
    const steps = times * task.history_steps;
    if (steps > from) return [];
    const history = {
      start: task.forecast_from - steps * STEP_SECONDS,
      stepSeconds: STEP_SECONDS,
      values: grid.values.slice(from - steps, from),
    };
    const { group, series, mase_scale: maseScale, reference } = task;
    return [
      { group, series, history, actual: grid.values.slice(from, from + HORIZON), maseScale, reference },
    ];
  });
};
