import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import { drawWorlds } from '../../../core/simulator/worlds/resource-world.ts';
import { CHANGED_KINDS } from '../../../core/simulator/worlds/world-kinds.ts';
import { type ForecastTask, readTasks } from '../forecast/fleet-data.ts';
import type { World } from './world.ts';

const SEED = 12;
/** Size of an injected shift in ranges (p5 to p95) of the series, and its age in steps: drawn on a log scale. */
const SIZE = { min: 0.5, max: 6 } as const;
const MIN_AGE = 6;
/** The limit lies this many ranges above everything: only the band is judged. */
const FAR = 20;

/** Simulated deployments and clock changes, with two weeks of history. */
export const changedWorlds = (seed: number, count: number): World[] =>
  drawWorlds(seed, count, 14, CHANGED_KINDS);

const ageKind = (steps: number, day: number): string =>
  steps < day / 8 ? 'up to 3 h ago' : steps < day / 3 ? '3 to 8 h ago' : '8 to 24 h ago';

/** Moves the level of a real series and of its real future; null if the series is idle. */
const shift = ({ history, actual }: ForecastTask, random: RandomStream): World | null => {
  const sorted = history.values.filter(Number.isFinite).sort();
  const range = sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05);
  if (!(range > 0)) return null;
  const day = DAY_SECONDS / history.stepSeconds;
  const age = Math.round(MIN_AGE * (day / MIN_AGE) ** random.uniform());
  const by = range * SIZE.min * (SIZE.max / SIZE.min) ** random.uniform();
  const first = history.values.length - age;
  return {
    kind: ageKind(age, day),
    history: { ...history, values: history.values.map((value, i) => (i >= first ? value + by : value)) },
    future: actual.map((value) => value + by),
    threshold: { direction: 'above', limit: sorted.at(-1)! + by + FAR * range },
    isRamp: false,
  };
};

/** Level shifts injected into the series of `fleet/` in the data directory; none without that folder. */
export const injectShifts = (data: string): World[] => {
  if (data === '' || !existsSync(join(data, 'fleet'))) return [];
  return readTasks(data).flatMap((task, i) => shift(task, randomStream(SEED, 'injected-shift', i)) ?? []);
};
