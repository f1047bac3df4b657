import { DRIFT_KINDS } from '../../../core/models/drift/finding.ts';
import { fixed, percent, table } from '../../forecasts/warnings/markdown-table.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import type { Half } from '../shared/fleet-series.ts';
import { allDelays, type DelayFigures } from './delays.ts';
import { type FalseAlarmFigures, falseAlarmFigures } from './false-alarms.ts';

const SERVERS = 24;
const FLEETS = 4;

export interface DriftFigures {
  readonly falseAlarms: readonly FalseAlarmFigures[];
  readonly delays: readonly DelayFigures[];
}

const falseAlarmLines = (figures: readonly FalseAlarmFigures[]): string[] =>
  table([
    [
      'set',
      'fleets',
      'series',
      'fleet-months',
      ...DRIFT_KINDS.slice(0, 3),
      'alarms per fleet-month',
      'changed',
    ],
    ...figures.map((one) => [
      ...[one.set, String(one.fleets), String(one.series), fixed(one.fleetMonths, 1)],
      ...DRIFT_KINDS.slice(0, 3).map((kind) => String(one.alarms[kind])),
      ...[fixed(one.alarmsPerFleetMonth, 2), percent(one.changedPerSeriesMonth)],
    ]),
  ]);

const delayLines = (figures: readonly DelayFigures[]): string[] =>
  table([
    ['drift', 'usual spreads', 'of the series', 'found', 'days, slowest fleet', ...DRIFT_KINDS.slice(0, 3)],
    ...figures.map(({ drift, size, share, fleets, found, slowestDays, by }) => [
      ...[drift, String(size), percent(share), `${found} of ${fleets}`, fixed(slowestDays, 0)],
      ...DRIFT_KINDS.slice(0, 3).map((kind) => String(by[kind])),
    ]),
  ]);

/**
 * Alarms in fleets without drift, and the delay until injected drift is found, by daily checks of a model that learns
 * once. Judged on machines and seeds that chose no threshold. Prints tables by `out` and returns the figures.
 */
export const runDriftBench = ({ data, quick, out }: BenchOptions, half: Half = 'judged-on'): DriftFigures => {
  const falseAlarms = falseAlarmFigures(
    quick === true ? '' : data,
    half,
    quick === true ? 2 : SERVERS,
    quick === true ? 1 : FLEETS,
  );
  for (const line of [...falseAlarmLines(falseAlarms), '']) out(line);
  const delays = allDelays(data, half, quick === true);
  for (const line of [...delayLines(delays), '']) out(line);
  return { falseAlarms, delays };
};
