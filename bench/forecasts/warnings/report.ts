import { fixed, percent, table } from './markdown-table.ts';
import type { WarningsOfSet } from './result.ts';
import type { ShortHistoryFigures } from './short-histories.ts';
import type { WarningFigures } from './warning-figures.ts';

const methodRow = (name: string, f: WarningFigures): string[] => [
  name,
  `${f.warned} of ${f.breaches}`,
  percent(f.recall),
  `${f.falseWarnings} of ${f.worlds - f.breaches}`,
  percent(f.falseShare),
  percent(f.precision),
  percent(f.accuracy),
  `${fixed(f.leadMinutes.p50, 0)} / ${fixed(f.leadMinutes.p10, 0)}`,
  fixed(f.brier, 3),
  `${fixed(f.coverage80, 2)} / ${fixed(f.coverage80InRamps, 2)}`,
];

const METHOD_HEADER = [
  'method',
  'warned',
  'recall',
  'false',
  'false share',
  'precision',
  'accuracy',
  'lead, min p50 / p10',
  'Brier',
  'cov80 all / ramps',
];

const kindRow = (kind: string, f: WarningFigures): string[] => [
  kind,
  `${f.warned} of ${f.breaches}`,
  `${f.falseWarnings} of ${f.worlds - f.breaches}`,
  fixed(f.coverage80, 2),
];

/** The tables of one set of worlds as Markdown lines. */
export const reportLines = ({ set, methods, kinds, calibration }: WarningsOfSet): string[] => [
  `## ${set}`,
  '',
  ...table([METHOD_HEADER, ...Object.entries(methods).map(([name, f]) => methodRow(name, f))]),
  '',
  ...table([
    ['kind', 'warned', 'false', 'cov80'],
    ...Object.entries(kinds).map(([kind, f]) => kindRow(kind, f)),
  ]),
  '',
  ...table([
    ['forecast', 'worlds', 'mean forecast', 'observed'],
    ...calibration.map((row) => [
      `${row.from.toFixed(1)}-${row.to.toFixed(1)}`,
      String(row.worlds),
      fixed(row.meanProbability, 2),
      fixed(row.breachedShare, 2),
    ]),
  ]),
  '',
];

const SHORT_HEADER = ['worlds', 'history', 'quantiles of', 'warned', 'false', 'Brier', 'cov80'];

/** Warnings for targets that are new, as Markdown lines. */
export const shortHistoryLines = (rows: readonly ShortHistoryFigures[]): string[] => {
  const row = ({ set, hours }: ShortHistoryFigures, name: string, f: WarningFigures): string[] => [
    ...[set, `${hours} h`, name, `${f.warned} of ${f.breaches}`],
    ...[`${f.falseWarnings} of ${f.worlds - f.breaches}`, fixed(f.brier, 3), fixed(f.coverage80, 2)],
  ];
  return [
    '## Short histories',
    '',
    ...table([
      SHORT_HEADER,
      ...rows.flatMap((one) => [row(one, 'ensemble', one.ensemble), row(one, 'trees', one.trees)]),
    ]),
    '',
  ];
};
