import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { mean } from '../../../core/shared/maths/averages.ts';
import { type ForecastTask, type Grid, HORIZON, readLongCsv } from '../../forecasts/forecast/fleet-data.ts';
import { seededRandom } from '../../shared/seeded-random.ts';

const FILES = [
  { group: 'bb_cpu', file: 'bitbrains-cpu-percent.csv.gz' },
  { group: 'bb_mem', file: 'bitbrains-memory-kb.csv.gz' },
  { group: 'bb_net_rx', file: 'bitbrains-network-received-kbps.csv.gz' },
  { group: 'bb_disk_w', file: 'bitbrains-disk-write-kbps.csv.gz' },
] as const;
const STEP_SECONDS = 300;
const DAY = 288;
const WEEK = 7 * DAY;
const ORIGINS = 2;
const SEED = 90_211;
const MIN_OBSERVED = 0.95;

const Line = z.object({ file: z.string(), series: z.string() });

const usedSeries = (data: string): ReadonlySet<string> =>
  new Set(
    readFileSync(join(data, 'fleet', 'tasks.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)))
      .map(({ file, series }) => `${file}/${series}`),
  );

/** The seasonal naive error of a day within the history: the scale of MASE of the published tasks. */
const scaleOf = (history: Float64Array): number =>
  mean([...history.slice(DAY)].map((value, i) => Math.abs(value - history[i]!)).filter(Number.isFinite));

const taskAt = (group: string, series: string, { start, values }: Grid, origin: number): ForecastTask => {
  const history = values.slice(origin - WEEK, origin);
  return {
    ...{ group, series, reference: {}, maseScale: scaleOf(history) },
    history: {
      start: start + (origin - WEEK) * STEP_SECONDS,
      stepSeconds: STEP_SECONDS,
      values: history,
    },
    actual: values.slice(origin, origin + HORIZON),
  };
};

const isUsable = ({ history, actual, maseScale }: ForecastTask): boolean =>
  history.values.filter(Number.isFinite).length >= MIN_OBSERVED * WEEK &&
  actual.some(Number.isFinite) &&
  maseScale > 0;

/**
 * Tasks on the Bitbrains series that no published task uses, at random origins: quiet ones, too, whereas the published
 * tasks are of active series. No setting of the fleet trees was chosen on them.
 */
export const freshTasks = (data: string): ForecastTask[] => {
  const used = usedSeries(data);
  const random = seededRandom(SEED);
  return FILES.flatMap(({ group, file }) =>
    [...readLongCsv(join(data, 'fleet', file))]
      .filter(([series]) => !used.has(`${file}/${series}`))
      .flatMap(([series, grid]) =>
        Array.from({ length: ORIGINS }, () => {
          const room = grid.values.length - WEEK - HORIZON;
          return taskAt(group, series, grid, WEEK + Math.floor(random() * room));
        }),
      ),
  ).filter(isUsable);
};
