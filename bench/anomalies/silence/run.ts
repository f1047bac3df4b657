/**
 * Measures the silence check on real series: false announcements, and the delay of injected stops.
 * `npx forestall bench silence --data DIR`.
 */
import { type BenchOptions, sampleOf } from '../../shared/bench-options.ts';
import { type SilenceFigures, type StopFigures, silenceFigures } from './measure.ts';
import { type RealFleet, realFleets } from './real-targets.ts';

const SEED = 11;
const QUICK_TARGETS = 3;
const QUICK_SECONDS = 22 * 86_400;

export interface SilenceBench {
  readonly fleets: readonly SilenceFigures[];
  /** False announcements of all fleets together, per target and week. */
  readonly falsePerTargetWeek: number;
}

const columns = [
  '',
  'targets',
  'target-weeks',
  'false alarms',
  'per 200 target-weeks',
  'interruptions announced',
  'interruptions in the data',
];

const rowOf = ({ name, targets, untouched }: SilenceFigures): string[] => [
  name,
  String(targets),
  untouched.targetWeeks.toFixed(0),
  String(untouched.falseAlarms),
  (200 * untouched.falsePerTargetWeek).toFixed(2),
  String(untouched.interruptions),
  String(untouched.interruptionsInData),
];

const stopColumns = ['stops', 'injected', 'found', 'median, intervals', 'p95', 'median, minutes', 'p95'];

const stopRow = (name: string, figures: StopFigures): string[] => [
  name,
  String(figures.injected),
  String(figures.found),
  figures.medianIntervals.toFixed(1),
  figures.p95Intervals.toFixed(1),
  figures.medianMinutes.toFixed(0),
  figures.p95Minutes.toFixed(0),
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const stopRows = ({ name, stoppedTargets, vanishedMetrics }: SilenceFigures): string[][] => [
  stopRow(`${name}: targets`, stoppedTargets),
  ...(vanishedMetrics === undefined ? [] : [stopRow(`${name}: metrics`, vanishedMetrics)]),
];

/** A few targets of each fleet, for the first three weeks. */
const quickly = ({ name, targets }: RealFleet): RealFleet => ({
  name,
  targets: sampleOf(targets, QUICK_TARGETS).map(({ targetId, points }) => ({
    targetId,
    points: new Map(
      [...points].map(([metric, times]) => [metric, times.filter((at) => at < times[0]! + QUICK_SECONDS)]),
    ),
  })),
});

/** Prints false alarms and delays; returns the figures. */
export const runSilenceBench = async ({ data, quick = false, out }: BenchOptions): Promise<SilenceBench> => {
  const fleets: SilenceFigures[] = [];
  for (const fleet of realFleets(data)) {
    out(`… ${fleet.name}`);
    fleets.push(await silenceFigures(quick ? quickly(fleet) : fleet, SEED));
  }
  const weeks = fleets.reduce((sum, { untouched }) => sum + untouched.targetWeeks, 0);
  const falseAlarms = fleets.reduce((sum, { untouched }) => sum + untouched.falseAlarms, 0);
  const falsePerTargetWeek = falseAlarms / weeks;
  out('Untouched data:\n');
  out(table(columns, fleets.map(rowOf)));
  out(
    `\nAll: ${falseAlarms} false alarms in ${weeks.toFixed(0)} target-weeks, ${(200 * falsePerTargetWeek).toFixed(2)} per 200.\n`,
  );
  out(table(stopColumns, fleets.flatMap(stopRows)));
  return { fleets, falsePerTargetWeek };
};
