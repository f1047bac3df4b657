import type { HealthyFleetFigures } from './healthy-fleet.ts';
import { fixed, percent, table } from './markdown-table.ts';
import type { StandingFigures } from './standing-figures.ts';
import type { WeeklyWarnings } from './weekly-warnings.ts';

const WEEKS_PER_MONTH = 30 / 7;

const WEEKLY_HEADER = [
  'source',
  'warnings',
  'raised per target-week',
  'raised and ended',
  'regraded',
  'false per target-month',
  'hours with a false one',
  'runs before a breach warned',
  'lead, min p50',
];

const weeklyRow = ({ source, targetWeeks }: WeeklyWarnings, name: string, f: StandingFigures): string[] => [
  source,
  name,
  fixed(f.raised / targetWeeks, 2),
  fixed((f.raised + f.ended) / targetWeeks, 2),
  fixed(f.regraded / targetWeeks, 2),
  fixed((f.falselyRaised / targetWeeks) * WEEKS_PER_MONTH, 2),
  fixed((f.falseRuns / targetWeeks) * WEEKS_PER_MONTH, 1),
  percent(f.warnedRuns / f.breachRuns),
  fixed(f.leadMinutes, 0),
];

/** Warnings over weeks, without and with standing from run to run, as Markdown lines. */
export const weeklyLines = (weekly: readonly WeeklyWarnings[]): string[] => [
  '## From run to run',
  '',
  ...table([
    WEEKLY_HEADER,
    ...weekly.flatMap((one) => [
      weeklyRow(one, 'of each forecast', one.alone),
      weeklyRow(one, 'that stand', one.standing),
    ]),
  ]),
  '',
];

const HEALTHY_HEADER = [
  'targets',
  'target-months',
  'warnings raised',
  'false',
  'false per target-month',
  'at most (95 %)',
  'if none stood',
  'hours with a false one per target-month',
];

/** The figures of the healthy fleet as Markdown lines. */
export const healthyLines = (f: HealthyFleetFigures): string[] => [
  '## Healthy fleet',
  '',
  ...table([
    HEALTHY_HEADER,
    [
      String(f.targets),
      fixed(f.targetMonths, 2),
      String(f.raised),
      String(f.falselyRaised),
      fixed(f.falsePerTargetMonth, 2),
      fixed(f.atMostPerTargetMonth, 2),
      fixed(f.falsePerTargetMonthAlone, 2),
      fixed(f.falseHoursPerTargetMonth, 2),
    ],
  ]),
  '',
];
