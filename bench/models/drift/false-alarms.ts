/** Alarms in fleets that have no drift, and in recorded ones. */
import { type DriftReport, newFindings } from '../../../core/models/drift/drift-report.ts';
import { DRIFT_KINDS, type DriftKind } from '../../../core/models/drift/finding.ts';
import { type FleetSeries, type Half, simulatedSeries } from '../shared/fleet-series.ts';
import { RECORDED_DAYS, recordedMachines, resampledMachines, seasonalServers } from './stable-fleets.ts';
import { type WatchPlan, watchFleet } from './watch-fleet.ts';

const MONTH = 30;
/** Four weeks of reference, two of baseline, four of watching. */
const PLAN: WatchPlan = { referenceDays: 28, from: 42, to: 70, losses: true };
/** The record is too short for a baseline of losses. */
const RECORDED_PLAN: WatchPlan = { referenceDays: 14, from: 20, to: RECORDED_DAYS, losses: false };
const SEEDS = { 'chosen-on': [11, 12, 13], 'judged-on': [21, 22, 23, 24, 25, 26] } as const;

export interface FalseAlarmFigures {
  readonly set: string;
  readonly fleets: number;
  readonly series: number;
  readonly fleetMonths: number;
  /** Findings that asked for retraining, counted when they were announced. */
  readonly alarms: Readonly<Record<DriftKind, number>>;
  readonly alarmsPerFleetMonth: number;
  /** Single series that were found changed, per series and month; they are listed and do not alarm alone. */
  readonly changedPerSeriesMonth: number;
  readonly reasons: readonly string[];
}

const announced = (reports: readonly DriftReport[]) =>
  reports.flatMap((report, d) => newFindings(reports[d - 1] ?? null, report));

const falseAlarms = (
  set: string,
  fleets: readonly (readonly FleetSeries[])[],
  plan: WatchPlan,
): FalseAlarmFigures | null => {
  const series = fleets.reduce((total, fleet) => total + fleet.length, 0);
  if (series === 0) return null;
  const watches = fleets.map((fleet) => watchFleet(fleet, plan));
  const found = watches.flatMap(({ reports }) => announced(reports));
  const months = (plan.to - plan.from) / MONTH;
  const changed = watches.reduce((total, { changedSeries }) => total + changedSeries, 0);
  const countOf = (kind: DriftKind) => [kind, found.filter((one) => one.kind === kind).length] as const;
  return {
    ...{ set, series, fleets: fleets.length, fleetMonths: fleets.length * months },
    alarms: Object.fromEntries(DRIFT_KINDS.map(countOf)) as Record<DriftKind, number>,
    alarmsPerFleetMonth: found.length / (fleets.length * months),
    changedPerSeriesMonth: changed / (series * months),
    reasons: found.map(({ reason }) => reason),
  };
};

/** Watches each set of fleets. `servers`: size of a simulated fleet; `max`: number of fleets of each set. */
export const falseAlarmFigures = (
  data: string,
  half: Half,
  servers: number,
  max: number,
): FalseAlarmFigures[] => {
  const seeds = SEEDS[half].slice(0, max);
  const sets = [
    falseAlarms(
      'simulated servers, seasonal',
      seeds.map((seed) => seasonalServers(seed, servers, PLAN.to + 1)),
      PLAN,
    ),
    falseAlarms(
      'simulated servers that grow by -6 to 18 % a month',
      seeds.map((seed) => simulatedSeries(seed, servers, PLAN.to + 1)),
      PLAN,
    ),
    falseAlarms(
      'real machines, days in random order',
      seeds.slice(0, 3).map((seed) => resampledMachines(data, half, PLAN.to, seed)),
      PLAN,
    ),
    falseAlarms('real machines as recorded', [recordedMachines(data, half)], RECORDED_PLAN),
  ];
  return sets.filter((figures) => figures !== null);
};
