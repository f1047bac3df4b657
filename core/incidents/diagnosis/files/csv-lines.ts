import { InvalidInputError } from '../../../shared/errors.ts';

/** A problem in an input file, with its place, the value found and the value expected. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly expected: string;
}

/** The error for a problem in an input file: `file:line: found X, expected Y`. */
export const unreadable = ({ file, line, found, expected }: Finding): InvalidInputError =>
  new InvalidInputError(`${file} line ${line}: found ${found}, expected ${expected}`, {
    field: `${file}:${line}`,
  });

/** A count with its noun, such as `1 row` or `2 rows`. */
export const counted = (count: number, noun: string): string =>
  count === 1 ? `1 ${noun}` : `${count} ${noun}s`;

/** A cell for use in a message: quoted, and truncated if it is long. */
export const shown = (cell: string): string =>
  cell === '' ? 'an empty field' : JSON.stringify(cell.length > 60 ? `${cell.slice(0, 57)}...` : cell);

/** Lines of a text without byte order mark, carriage returns and trailing empty lines. */
export const splitLines = (text: string): string[] => {
  const lines = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
  return lines;
};

const QUOTED_FIELD = /("(?:[^"]|"")*"|[^,]*)(,|$)/gy;

/** Fields of one line; fields may be quoted (RFC 4180). */
export const splitFields = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const [, field, end] of line.matchAll(QUOTED_FIELD)) {
    fields.push(field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!);
    if (end === '') break;
  }
  return fields;
};
