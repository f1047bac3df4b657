import { formatCount } from '../../terminal/format.ts';
import { roleOf } from './columns.ts';
import { quoteFound } from './csv-text.ts';
import type { ExportSeries, ReadContext, RowReader } from './export-format.ts';
import { parseSelector } from './labels.ts';

/** True for a header whose first column has times and whose others name one series each. */
export const isWideHeader = (header: readonly string[]): boolean =>
  header.length > 1 && roleOf(header[0] ?? '') === 'timestamp' && !header.map(roleOf).includes('value');

/** Reads tables with the time in the first column and one series in each of the others, the header first. */
export const openWideRows = (
  context: ReadContext,
  nameColumn: (column: string) => ExportSeries = seriesOfColumn,
): RowReader => {
  let columns: readonly ExportSeries[] | undefined;
  return (fields, line) => {
    if (columns === undefined) {
      columns = readHeader(fields, line, context).map(nameColumn);
      return [];
    }
    return readWideRow(fields, columns, line, context);
  };
};

/** The points of one row. Trailing empty fields are ignored. @throws InvalidInputError for other surplus fields */
export const readWideRow = (
  fields: readonly string[],
  columns: readonly ExportSeries[],
  line: number,
  context: ReadContext,
) => {
  const expected = columns.length + 1;
  const surplus = fields.slice(expected).some((field) => field !== '');
  if (fields.length < expected || surplus)
    context.refuse(
      line,
      formatCount(fields.length, 'field'),
      `${expected} (one time and ${columns.length} series)`,
    );
  const timestamp = fields[0] ?? '';
  return columns.map((series, index) =>
    context.point(series, { timestamp, value: fields[index + 1] ?? '', line }),
  );
};

const readHeader = (header: readonly string[], line: number, context: ReadContext): readonly string[] => {
  const columns = header.slice(1, header.at(-1) === '' ? -1 : undefined);
  const second = columns.find((column) => roleOf(column) === 'timestamp');
  if (second !== undefined)
    context.refuse(
      line,
      `the columns ${quoteFound(header[0] ?? '')} and ${quoteFound(second)}`,
      'one column of times: join date and time of day',
    );
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined)
    context.refuse(line, `the column ${quoteFound(twice)} twice`, 'a different name for each series');
  const unnamed = columns.indexOf('');
  if (unnamed >= 0) context.refuse(line, `no name of column ${unnamed + 2}`, 'a name for each series');
  return columns;
};

const seriesOfColumn = (column: string): ExportSeries =>
  parseSelector(column) ?? { name: column, label: column };
