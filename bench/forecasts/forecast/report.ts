import type { BreachFigures } from './breach-scores.ts';
import type { ForecastBenchResult } from './result.ts';
import type { GroupFigures } from './score-tasks.ts';

const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows
    .map((row) => `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`)
    .flatMap((line, r) => (r === 0 ? [line, `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`] : [line]));
};

const f3 = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3));
const interval = ([low, high]: readonly [number, number]): string => `[${f3(low)}, ${f3(high)}]`;

const groupTable = (groups: readonly GroupFigures[]): string[] =>
  table([
    [
      'group',
      'tasks',
      'relMASE',
      '95 %',
      'relCRPS',
      '95 %',
      'sMAPE',
      'cov80',
      'augurs here MASE / CRPS',
      'unsound',
    ],
    ...groups.map((g) => [
      g.group,
      String(g.tasks),
      f3(g.relMase),
      interval(g.relMaseInterval),
      f3(g.relCrps),
      interval(g.relCrpsInterval),
      g.sMape.toFixed(1),
      f3(g.coverage80),
      g.versusAugursHere.map(f3).join(' / '),
      String(g.unsound),
    ]),
  ]);

const referenceTable = (groups: readonly GroupFigures[]): string[] => {
  const names = Object.keys(groups[0]!.versus);
  return table([
    ['MASE / CRPS ratio to', ...names],
    ...groups.map((g) => [g.group, ...names.map((name) => g.versus[name]!.map(f3).join(' / '))]),
  ]);
};

const breachTables = (breach: BreachFigures): string[] => [
  `Breaches: ${breach.cases} thresholds, ${f3(breach.baseRate)} crossed, Brier ${f3(breach.brier)}, skill ${f3(breach.brierSkill)}`,
  '',
  ...table([
    ['alarm at', 'alarms', 'precision', 'recall', 'accuracy', 'median lead, min'],
    ...breach.alarms.map((a) => [
      String(a.probability),
      String(a.alarms),
      f3(a.precision),
      f3(a.recall),
      f3(a.accuracy),
      a.medianLeadMinutes.toFixed(0),
    ]),
  ]),
  '',
  ...table([
    ['said', 'cases', 'mean said', 'happened'],
    ...breach.reliability.map((r) => [
      `${r.from.toFixed(1)}-${r.to.toFixed(1)}`,
      String(r.cases),
      f3(r.meanProbability),
      f3(r.crossedShare),
    ]),
  ]),
];

/** The scoreboard as Markdown lines. */
export const reportLines = (result: ForecastBenchResult): string[] => [
  `Engine ${result.engine}; ${result.machine}; commit ${result.commit}.`,
  '',
  'Ratios of losses (geometric mean, +0.01), below 1 is better; relMASE and relCRPS are relative to seasonal naive.',
  '',
  ...groupTable(result.groups),
  '',
  ...referenceTable(result.groups),
  '',
  `CPU per series: engine ${result.cpu.engine.toFixed(2)} ms, augurs MSTL+ETS ${result.cpu.augurs.toFixed(2)} ms, ratio ${result.cpu.ratio.toFixed(1)}.`,
  '',
  `M4 hourly (${result.m4.series} series): MASE ${f3(result.m4.mase)}, sMAPE ${result.m4.sMape.toFixed(2)}, cov80 ${f3(result.m4.coverage80)}, ${result.m4.cpuMilliseconds.toFixed(2)} ms.`,
  '',
  ...breachTables(result.breach),
];
