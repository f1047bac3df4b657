import { InvalidInputError } from '../../../shared/errors.ts';

/** What was read where, for a message that names file, line, finding and expectation. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly expected: string;
}

/** The one shape of every complaint about an input file. */
export const unreadable = ({ file, line, found, expected }: Finding): InvalidInputError =>
  new InvalidInputError(`${file}:${line}: found ${found}, expected ${expected}`, {
    field: `${file}:${line}`,
  });

/** A value as it is shown in a message: quoted, and cut where it is long. */
export const shown = (cell: string): string =>
  cell === '' ? 'an empty field' : JSON.stringify(cell.length > 60 ? `${cell.slice(0, 57)}...` : cell);

/** Lines of a text without byte order mark, carriage returns and empty lines at the end. */
export const splitLines = (text: string): string[] => {
  const lines = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
  return lines;
};

const QUOTED_FIELD = /("(?:[^"]|"")*"|[^,]*)(,|$)/gy;

/** Fields of one line; quotes are honoured (RFC 4180) where the line has any. */
export const splitFields = (line: string): string[] => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const [, field, end] of line.matchAll(QUOTED_FIELD)) {
    fields.push(field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!);
    if (end === '') break;
  }
  return fields;
};
