/** Forecasts around the start and the end of daylight saving time, with and without the time zone of the users. */
import { pathToFileURL } from 'node:url';
import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { clockMoves } from '../../../core/shared/time-zone.ts';
import { type BenchOptions, sampleOf } from '../../shared/bench-options.ts';
import { HORIZON } from '../forecast/fleet-data.ts';
import { lossesOf } from '../forecast/losses.ts';
import { officeHours } from './office-hours.ts';

const HISTORY_DAYS = 14;
const SERIES = 12;
const EVERY_HOURS = 5;

/** A zone and a day on which its clocks move. */
const MOVES = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Sydney', '2026-10-03'],
  ['Australia/Lord_Howe', '2026-10-03'],
] as const;

/** Hours after the move at which forecasts begin. */
const PHASES = [
  { name: '8 h before', from: -8, to: 0 },
  { name: 'first day (a Sunday)', from: 0, to: 24 },
  { name: 'first working day', from: 24, to: 48 },
  { name: 'days 3 to 7', from: 48, to: 168 },
  { name: 'days 8 to 13', from: 168, to: 312 },
] as const;

interface Losses {
  readonly mae: number;
  readonly crps: number;
  readonly covered: number;
}

export interface ClockFigures {
  readonly phase: string;
  readonly follows: 'local clock' | 'UTC';
  readonly forecasts: number;
  readonly without: Losses;
  readonly withZone: Losses;
}

const lossOf = (series: RegularSeries, origin: number, zone: string | null): Losses => {
  const { start, stepSeconds, values } = series;
  const from = origin - (HISTORY_DAYS * DAY_SECONDS) / stepSeconds;
  const history = { start: start + from * stepSeconds, stepSeconds, values: values.slice(from, origin) };
  const end = history.start + (history.values.length + HORIZON) * stepSeconds;
  const known = zone === null ? {} : { clockMoves: clockMoves(zone, history.start, end) };
  const { quantiles } = forecast({ history, horizon: HORIZON, ...known });
  const actual = values.slice(origin, origin + HORIZON);
  const { mase: mae, sql: crps, covered } = lossesOf(actual, quantiles, DEFAULT_QUANTILE_LEVELS, 1);
  return { mae, crps, covered };
};

const averageOf = (losses: readonly Losses[]): Losses => ({
  mae: mean(losses.map(({ mae }) => mae)),
  crps: mean(losses.map(({ crps }) => crps)),
  covered: mean(losses.map(({ covered }) => covered)),
});

const casesOf = (seeds: readonly number[], byClock: boolean) =>
  MOVES.flatMap(([zone, day]) => {
    const midnight = Date.parse(`${day}T00:00:00Z`) / 1000;
    const { at } = clockMoves(zone, midnight - DAY_SECONDS, midnight + 2 * DAY_SECONDS)[0]!;
    return seeds.map((seed) => {
      const from = at - (HISTORY_DAYS + 1) * DAY_SECONDS;
      return { zone, at, series: officeHours(seed, zone, byClock, from, at + 15 * DAY_SECONDS) };
    });
  });

const measure = (
  { name, from, to }: (typeof PHASES)[number],
  byClock: boolean,
  seeds: readonly number[],
): ClockFigures => {
  const [without, withZone]: [Losses[], Losses[]] = [[], []];
  for (const { zone, at, series } of casesOf(seeds, byClock)) {
    for (let hours = from; hours < to; hours += EVERY_HOURS * Math.ceil((to - from) / 48)) {
      const origin = Math.round((at + hours * HOUR_SECONDS - series.start) / series.stepSeconds);
      without.push(lossOf(series, origin, null));
      withZone.push(lossOf(series, origin, zone));
    }
  }
  const follows = byClock ? 'local clock' : 'UTC';
  const [before, after] = [averageOf(without), averageOf(withZone)];
  return { phase: name, follows, forecasts: without.length, without: before, withZone: after };
};

const rowOf = ({ phase, follows, forecasts, without, withZone }: ClockFigures): string => {
  const text = ({ mae, crps, covered }: Losses) =>
    [mae.toFixed(2), crps.toFixed(2), covered.toFixed(2)].join(' / ');
  return `| ${phase} | ${follows} | ${forecasts} | ${text(without)} | ${text(withZone)} |`;
};

/** Prints mean losses by the time since the clocks moved, for series that follow the local clock and for others. */
export const runClocksBench = ({ quick, out }: Pick<BenchOptions, 'quick' | 'out'>): ClockFigures[] => {
  const all = Array.from({ length: SERIES }, (_, seed) => seed);
  const seeds = quick ? sampleOf(all, 1) : all;
  out(
    'Simulated office hours, 14 days of history, 8 hours ahead: mean absolute error / CRPS (x 2) / p10-p90 covers',
  );
  out('');
  out('| forecasts made | load follows | forecasts | zone unknown | zone known |');
  out('|---|---|---|---|---|');
  const figures = [true, false].flatMap((byClock) => PHASES.map((phase) => measure(phase, byClock, seeds)));
  for (const one of figures) out(rowOf(one));
  return figures;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runClocksBench({ out: (line) => void process.stdout.write(`${line}\n`) });
}
