/** Reads tables of `cdk diff`, which are drawn with box characters. A cell with several lines spans several rows. */
import { InvalidInputError } from '../../../shared/errors.ts';

export interface DiffLine {
  readonly number: number;
  readonly text: string;
}

export interface TableRow {
  readonly sign: '+' | '-';
  /** By column heading; lines of a cell are separated by newlines. */
  readonly cells: Readonly<Record<string, string>>;
}

const cellsOf = (text: string): string[] =>
  text
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The added and removed rows. A row whose first cell is empty continues the row before it. */
export const readTable = (lines: readonly DiffLine[]): TableRow[] => {
  const [header, ...body] = lines.filter(({ text }) => text.startsWith('│'));
  if (header === undefined) return [];
  const names = cellsOf(header.text);
  const rows: { sign: '+' | '-'; cells: Map<string, string> }[] = [];
  for (const { text, number } of body) {
    const [sign, ...cells] = cellsOf(text);
    const own = rows.at(-1);
    if (sign === '+' || sign === '-') {
      rows.push({ sign, cells: new Map(cells.map((cell, at) => [names[at + 1] ?? '', cell])) });
    } else if (own === undefined) {
      throw new InvalidInputError(
        `cdk diff line ${number}: found a row without + or -, expected one of them`,
      );
    } else {
      cells.forEach((cell, at) => {
        const name = names[at + 1] ?? '';
        const before = own.cells.get(name) ?? '';
        if (cell !== '') own.cells.set(name, before === '' ? cell : `${before}\n${cell}`);
      });
    }
  }
  return rows.map(({ sign, cells }) => ({ sign, cells: Object.fromEntries(cells) }));
};
