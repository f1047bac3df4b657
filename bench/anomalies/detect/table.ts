import type { FleetFigures } from './fleet-figures.ts';
import type { InjectedFigures } from './injected.ts';
import type { DetectBench, NabFigures } from './measure.ts';

const fixed = (value: number, digits = 1): string => (Number.isFinite(value) ? value.toFixed(digits) : '-');
const percent = (share: number): string => `${fixed(100 * share, 0)} %`;

const printRows = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  out: (line: string) => void,
) => {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  for (const row of [header, ...rows]) out(line(row));
  out('');
};

const nabRow = ({ variant, sensitivity, frozen, optimised }: NabFigures): string[] => [
  `${variant}, ${sensitivity}`,
  fixed(frozen.standard),
  fixed(frozen.rewardLowFalsePositives),
  fixed(frozen.rewardLowFalseNegatives),
  `${fixed(optimised.score)} at ${fixed(optimised.threshold, 2)}`,
];

const alertRows = ({ variant, sensitivity, alertLevel, strict }: NabFigures): string[][] =>
  (['anywhere in the window', 'strict -12..+72 rows'] as const).map((rule, i) => {
    const figures = i === 0 ? alertLevel : strict;
    return [
      `${variant}, ${sensitivity}, ${rule}`,
      fixed(figures.precision, 2),
      fixed(figures.recall, 2),
      fixed(figures.f1, 2),
      fixed(figures.alertsPerMetricDay, 3),
      fixed(figures.medianDelayRows, 0),
    ];
  });

const printInjected = (name: string, figures: InjectedFigures, out: (line: string) => void): void => {
  const { series, threshold, falseAlarmsPerMetricMonth: rate, kinds } = figures;
  out(
    `Injected faults on ${name}: ${series} series, threshold ${fixed(threshold, 2)}, ${fixed(rate, 2)} false alarms`,
  );
  out(`per metric and month without faults; as shipped (precise) ${fixed(figures.falseAlarmsAsShipped, 1)}`);
  const rows = Object.entries(kinds).map(([kind, found]) => [
    kind,
    String(found.injected),
    percent(found.detectionRate),
    fixed(found.medianDelayMinutes, 0),
    percent(found.detectionRateAsShipped),
    fixed(found.vusPr, 3),
    fixed(found.faultyShare, 3),
  ]);
  printRows(
    ['kind', 'injected', 'found', 'median delay (min)', 'found as shipped', 'VUS-PR', 'random VUS-PR'],
    rows,
    out,
  );
};

const printFleet = (name: string, figures: FleetFigures, out: (line: string) => void): void => {
  const { targets, kinds, hours, falseAlertsPerTargetWeek, balancedAccuracyOfFaults } = figures;
  out(
    `Simulated fleet, ${name}: ${targets} servers x 6 metrics, the last 4 of 6 weeks, all detectors (precise)`,
  );
  const rows = Object.entries(kinds).map(([kind, found]) => [
    kind,
    String(found.faults),
    percent(found.detected),
    fixed(found.medianDelayMinutes, 0),
    percent(found.alarmedHours),
    found.stated,
  ]);
  printRows(['kind', 'faults', 'found', 'median delay (min)', 'its hours alarmed', 'stated as'], rows, out);
  const { truePositiveRate, falsePositiveRate, balancedAccuracy, precision, f1 } = hours;
  printRows(
    ['counted in', 'positives', 'negatives', 'TPR', 'FPR', 'balanced accuracy', 'precision', 'F1'],
    [
      [
        'target-hours',
        ...[String(hours.faultyHours), String(hours.faultlessHours)],
        ...[percent(truePositiveRate), `${fixed(100 * falsePositiveRate)} %`],
        ...[`${fixed(100 * balancedAccuracy)} %`, fixed(precision, 2), fixed(f1, 2)],
      ],
      [
        'faults, and target-hours without faults',
        ...[String(figures.faults), String(hours.faultlessHours)],
        ...[percent(figures.detected), `${fixed(100 * falsePositiveRate)} %`],
        ...[`${fixed(100 * balancedAccuracyOfFaults)} %`, '-', '-'],
      ],
    ],
    out,
  );
  out(`False alerts: ${fixed(falseAlertsPerTargetWeek, 2)} per target and week\n`);
};

/** Prints the scoreboard. */
export const printTable = (bench: DetectBench, out: (line: string) => void): void => {
  out(
    `\nNAB: ${bench.files} files, ${bench.windows} windows; alerts at the frozen threshold; optimised on the files`,
  );
  const header = ['setting', 'standard', 'low FP', 'low FN', 'standard, optimised'];
  printRows(header, bench.nab.map(nabRow), out);
  out('Alerts (after the probation); delay in rows from the labelled moment');
  const columns = ['setting', 'precision', 'recall', 'F1', 'alerts/metric-day', 'median delay'];
  printRows(columns, bench.nab.flatMap(alertRows), out);
  out('NAB standard, full, balanced, frozen threshold, under changes that should have no effect');
  const changes = Object.entries(bench.robustness).map(([name, score]) => [name, fixed(score)]);
  printRows(['change', 'score'], changes, out);
  const cost = Object.entries(bench.cost).map(([variant, { pointsPerSecondAndCore, stateBytes }]) => [
    variant,
    pointsPerSecondAndCore.toLocaleString('en'),
    stateBytes.toLocaleString('en'),
  ]);
  printRows(['detector', 'points/s/core', 'state, bytes'], cost, out);
  for (const [name, figures] of Object.entries(bench.injected)) printInjected(name, figures, out);
  for (const [name, figures] of Object.entries(bench.fleet)) printFleet(name, figures, out);
};
