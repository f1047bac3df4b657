import { fixed, percent, table } from '../../forecasts/warnings/markdown-table.ts';
import type { ColdFigures } from './cold-start.ts';

const signed = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
const intervalOf = ([low, high]: readonly [number, number]): string => `[${signed(low)}, ${signed(high)}]`;

const cells = (figures: ColdFigures): string[] => [
  String(figures.tasks),
  signed(figures.crps),
  intervalOf(figures.crpsInterval),
  signed(figures.mase),
  `${fixed(figures.coveredBefore, 2)} / ${fixed(figures.covered, 2)}`,
];

const HEADER = ['tasks', 'CRPS', '95 %', 'MASE', '80 % band covers, before / after'];

/** Figures of all tasks for several lengths of the history. */
export const lengthTable = (rows: readonly (readonly [length: string, figures: ColdFigures])[]): string[] =>
  table([['history', ...HEADER], ...rows.map(([length, figures]) => [length, ...cells(figures)])]);

/** Figures of each group for one length of the history. */
export const groupTable = (groups: readonly ColdFigures[]): string[] =>
  table([['group', ...HEADER], ...groups.map((figures) => [figures.group, ...cells(figures)])]);
