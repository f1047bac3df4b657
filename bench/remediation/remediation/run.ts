/**
 * Measures remediation on simulated fleets whose metrics depend on what is done to them, with labelled faults and with
 * stretches that only look like faults: `forestall bench remediation`. Compares doing nothing, a rule on a threshold, and
 * Forestall at each stage of autonomy. Forestall forecasts every hour, and decides with the code that is deployed.
 */
import { AUTONOMY_STAGES } from '../../../core/remediation/policy.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { makeManagedFleet, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { answeredAt } from './on-call.ts';
import { type Figures, type FleetCourse, figuresOf } from './outcome.ts';
import { actOnThreshold, doNothing } from './passive-courses.ts';
import { underForestall } from './stage-course.ts';

/** Monday, 2026-09-07T00:00Z. */
const START = 1_788_739_200;
/** A week of history comes first. */
const HISTORY_DAYS = 7;
/** Nothing was chosen by its figures. */
const SEED = 22;
/** The fleet is divided into environments of this size. */
const PER_ENVIRONMENT = 40;

/** Where Forestall acts, also with the threshold rule as an alarm that the owner mapped. */
const WAYS = [
  ...AUTONOMY_STAGES.map((stage) => ({ stage, hasAlarms: false })),
  ...(['approve', 'automatic'] as const).map((stage) => ({ stage, hasAlarms: true })),
];

const COLUMNS = [
  ...['', 'faults', 'would breach', 'avoided', 'minutes beyond', 'actions', 'false', 'harm (min)'],
  ...['undone', 'lead (h)', 'proven'],
];

const rowOf = (name: string, figures: Figures): readonly string[] => [
  name,
  ...[figures.faults, figures.breaches, figures.avoided, figures.minutesBeyond].map(String),
  ...[figures.actions, figures.falseActions, figures.harmMinutes, figures.undone].map(String),
  Number.isNaN(figures.leadHours) ? '-' : figures.leadHours.toFixed(1),
  String(figures.provenSuccesses),
];

const printTable = (rows: readonly (readonly string[])[], out: (line: string) => void): void => {
  for (const cells of [COLUMNS, COLUMNS.map(() => '---'), ...rows]) out(`| ${cells.join(' | ')} |`);
};

/** Days between two tables of what was measured so far. */
const TABLE_DAYS = 3;

interface Ways {
  readonly [name: string]: FleetCourse;
}

const namesOf = WAYS.map(
  ({ stage, hasAlarms }) => `Forestall, ${stage}${hasAlarms ? ', alarms mapped' : ''}`,
);

const named = (courses: readonly FleetCourse[]): Ways =>
  Object.fromEntries(namesOf.map((name, i) => [name, courses[i]!]));

/** Prints the table every few days and at the end, and returns the figures by way of working. */
export const runRemediationBench = ({ quick = false, out }: Pick<BenchOptions, 'quick' | 'out'>) => {
  const [count, days] = quick ? [6, 4] : [200, 30];
  const span = { start: START, end: START + (HISTORY_DAYS + days) * DAY_SECONDS };
  const steps = (span.end - span.start) / STEP_SECONDS;
  const from = START + HISTORY_DAYS * DAY_SECONDS;
  const fleet = () => makeManagedFleet(SEED, count, span);
  const tabulate = (courses: readonly FleetCourse[], day: number): Record<string, Figures> => {
    const end = START + day * DAY_SECONDS;
    const passed = (end - START) / STEP_SECONDS;
    const without = doNothing(fleet(), passed);
    const ways: Ways = {
      nothing: without,
      'threshold rule': actOnThreshold(fleet(), passed, from),
      'threshold rule, people approve': actOnThreshold(fleet(), passed, from, answeredAt),
      ...named(courses),
    };
    const figures = Object.entries(ways).map(
      ([name, course]) => [name, figuresOf(fleet(), course, without, { start: START, end })] as const,
    );
    out(`${count} services, ${day - HISTORY_DAYS} days:`);
    printTable(
      figures.map(([name, found]) => rowOf(name, found)),
      out,
    );
    return Object.fromEntries(figures);
  };
  const afterDay = (day: number, courses: readonly FleetCourse[]): void => {
    out(`simulated: day ${day} of ${HISTORY_DAYS + days}, of which ${HISTORY_DAYS} are history`);
    if (day > HISTORY_DAYS && day % TABLE_DAYS === 0) tabulate(courses, day);
  };
  const courses = underForestall(fleet, WAYS, {
    ...{ steps, from, start: START, afterDay },
    perEnvironment: PER_ENVIRONMENT,
  });
  return tabulate(courses, HISTORY_DAYS + days);
};
