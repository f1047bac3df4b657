import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { type Grid, readLongCsv } from '../forecast/fleet-data.ts';
import { watchedSeries } from './healthy-fleet.ts';
import { type HourlyRun, hourlyRuns, runSteps, type WatchedSeries } from './hourly-runs.ts';
import { alone, type StandingFigures, standing, standingFigures } from './standing-figures.ts';

const STEP_SECONDS = 300;
const RUNS_PER_WEEK = 168;
/** Twice as many incidents as servers in 30 days; the bars of standing warnings were chosen on seed 81. */
const FLEET = { seed: 82, days: 30, stepSeconds: STEP_SECONDS, endAt: 1_790_000_000, developing: 0 } as const;
/** Of every ten machines one is watched: the fourth. The bars were chosen on the first ones. */
const EVERY = 10;
const OFFSET = 3;

/** The Bitbrains files, and the metrics that they are to the product. */
const FILES = [
  ['bitbrains-cpu-percent.csv.gz', 'cpu_percent', '%'],
  ['bitbrains-memory-kb.csv.gz', 'memory_kb', 'kB'],
  ['bitbrains-network-received-kbps.csv.gz', 'network_received_kbps', 'kB/s'],
  ['bitbrains-disk-write-kbps.csv.gz', 'disk_write_kbps', 'kB/s'],
] as const;

/** Hourly runs over weeks: warnings as each forecast suggests them, and as they stand from run to run. */
export interface WeeklyWarnings {
  readonly source: string;
  readonly targets: number;
  readonly targetWeeks: number;
  readonly alone: StandingFigures;
  readonly standing: StandingFigures;
}

export interface WeeklySize {
  readonly servers: number;
  readonly weeks: number;
  readonly machines: number;
}

const machinesOf = (data: string, max: number): WatchedSeries[] =>
  FILES.flatMap(([file, metric, unit]) => {
    const grids = [...readLongCsv(join(data, 'fleet', file))].sort(([a], [b]) => (a < b ? -1 : 1));
    return grids
      .filter((_, i) => i % EVERY === OFFSET)
      .slice(0, max)
      .map(([target, { start, values }]: readonly [string, Grid]) => ({
        ...{ target, profile: 'generic' as const, metric, unit },
        series: { start, stepSeconds: STEP_SECONDS, values },
      }));
  });

const serversOf = (servers: number): WatchedSeries[] => {
  const fleet = simulateFleet({ ...FLEET, servers: 2 * servers, incidents: 4 * servers });
  return fleet.servers.slice(0, servers).flatMap(({ id }) => watchedSeries(fleet.generate(id)));
};

const runsOf = (watched: WatchedSeries, weeks: number): HourlyRun[] => {
  const { first, last } = runSteps(watched.series);
  const possible = Math.floor(((last - first) * STEP_SECONDS) / HOUR_SECONDS);
  return hourlyRuns(watched, first, Math.min(possible, 1 + Math.round(weeks * RUNS_PER_WEEK)));
};

const measure = (source: string, watched: readonly WatchedSeries[], weeks: number): WeeklyWarnings => {
  const runs = watched.map((one) => runsOf(one, weeks));
  const targets = new Set(watched.map(({ target }) => target)).size;
  const hours = Math.max(...runs.map(({ length }) => length - 1));
  return {
    ...{ source, targets, targetWeeks: (targets * hours) / RUNS_PER_WEEK },
    alone: standingFigures(runs, alone, STEP_SECONDS),
    standing: standingFigures(runs, standing, STEP_SECONDS),
  };
};

/** Follows warnings for weeks: on simulated servers with incidents and, if the data directory has them, real machines. */
export const weeklyWarnings = (data: string, { servers, weeks, machines }: WeeklySize): WeeklyWarnings[] => {
  const simulated = measure('simulated servers with incidents', serversOf(servers), weeks);
  if (data === '' || !existsSync(join(data, 'fleet'))) return [simulated];
  return [simulated, measure('real machines (Bitbrains)', machinesOf(data, machines), weeks)];
};
