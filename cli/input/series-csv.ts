import { InvalidInputError } from '../../core/shared/errors.ts';
import { quoteFound, splitCsvRow } from './csv-row.ts';
import { lineBatches, type NamedInput } from './line-batches.ts';
import { parseTimestamp, TIMESTAMP_FORMS } from './timestamp.ts';

/** One row, as text and parsed. `value` is NaN if it is missing. */
export interface SeriesRow {
  readonly series: string;
  readonly timestampText: string;
  readonly valueText: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly value: number;
  /** Every field, for `SeriesCsvReader.field`. */
  readonly fields: readonly string[];
}

/** Name of the series of a file without series names. */
export const UNNAMED_SERIES = 'value';

const EXPECTED_HEADER = 'a header "timestamp,value" or "timestamp,series,value"';
const NAMING_COLUMNS = ['series', 'target', 'metric'];
const IGNORED_COLUMNS = ['profile', 'unit', 'kind'];
const MISSING = new Set(['', 'nan', 'null', 'na', 'none']);

interface Layout {
  readonly columns: number;
  readonly timestamp: number;
  readonly value: number;
  readonly naming: readonly number[];
  readonly names: readonly string[];
}

const readHeader = (name: string, line: string, extra: readonly string[]): Layout => {
  const columns = splitCsvRow(line).map((column) => column.toLowerCase());
  const known = new Set(['timestamp', 'value', ...NAMING_COLUMNS, ...IGNORED_COLUMNS, ...extra]);
  const timestamp = columns.indexOf('timestamp');
  const value = columns.indexOf('value');
  const distinct = new Set(columns).size === columns.length;
  if (timestamp < 0 || value < 0 || !distinct || !columns.every((column) => known.has(column))) {
    throw new InvalidInputError(`${name} line 1: found ${quoteFound(line)}, expected ${EXPECTED_HEADER}`, {
      field: 'line 1',
    });
  }
  const naming = NAMING_COLUMNS.map((column) => columns.indexOf(column)).filter((index) => index >= 0);
  return { columns: columns.length, timestamp, value, naming, names: columns };
};

/** Parses a number: NaN if it is missing, undefined if it is invalid. */
export const parseValue = (text: string): number | undefined => {
  if (MISSING.has(text.toLowerCase())) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** Reads the lines of one series CSV in order, the header first. */
export class SeriesCsvReader {
  private readonly name: string;
  private readonly extra: readonly string[];
  private layout: Layout | undefined;
  private lineNumber = 0;

  /** `extra` columns (lower case) are accepted; read them with `field`. */
  constructor(name: string, extra: readonly string[] = []) {
    this.name = name;
    this.extra = extra;
  }

  /** True if the file names its series; undefined before the header. */
  get named(): boolean | undefined {
    return this.layout && this.layout.naming.length > 0;
  }

  /** Value of a column; undefined if the column does not exist or the field is empty. */
  field(row: SeriesRow, column: string): string | undefined {
    const index = this.layout?.names.indexOf(column) ?? -1;
    return (index < 0 ? undefined : row.fields[index]) || undefined;
  }

  /** The row of the next line; undefined for the header and blank lines. @throws InvalidInputError naming the line */
  next(line: string): SeriesRow | undefined {
    this.lineNumber++;
    if (this.layout === undefined) {
      this.layout = readHeader(this.name, line, this.extra);
      return undefined;
    }
    return line.trim() === '' ? undefined : this.parse(line, this.layout);
  }

  /** @throws InvalidInputError if the file has no header */
  end(): void {
    if (this.layout === undefined) {
      throw new InvalidInputError(`${this.name} line 1: found nothing, expected ${EXPECTED_HEADER}`);
    }
  }

  private parse(line: string, layout: Layout): SeriesRow {
    const fields = splitCsvRow(line);
    if (fields.length !== layout.columns) {
      return this.refuse(`${fields.length} fields`, `${layout.columns} (${layout.names.join(',')})`);
    }
    const timestampText = fields[layout.timestamp]!;
    const timestamp = parseTimestamp(timestampText);
    if (timestamp === undefined) {
      return this.refuse(`timestamp ${quoteFound(timestampText)}`, TIMESTAMP_FORMS);
    }
    const valueText = fields[layout.value]!;
    const value = parseValue(valueText);
    if (value === undefined) {
      return this.refuse(`value ${quoteFound(valueText)}`, 'a finite number, or nothing if it is missing');
    }
    const series = layout.naming.map((index) => fields[index]!).join('/') || UNNAMED_SERIES;
    return { series, timestampText, valueText, timestamp, value, fields };
  }

  private refuse(found: string, expected: string): never {
    throw new InvalidInputError(
      `${this.name} line ${this.lineNumber}: found ${found}, expected ${expected}`,
      { field: `line ${this.lineNumber}` },
    );
  }
}

/** Points of one series in file order. */
export interface SeriesPoints {
  readonly timestamps: number[];
  readonly values: number[];
}

/** Reads a whole CSV, grouped by series in order of appearance. @throws InvalidInputError naming file and line */
export const readSeriesCsv = async (input: NamedInput): Promise<Map<string, SeriesPoints>> => {
  const reader = new SeriesCsvReader(input.name);
  const found = new Map<string, SeriesPoints>();
  for await (const lines of lineBatches(input)) {
    for (const line of lines) {
      const row = reader.next(line);
      if (row === undefined) continue;
      const points = found.get(row.series) ?? { timestamps: [], values: [] };
      if (points.timestamps.length === 0) found.set(row.series, points);
      points.timestamps.push(row.timestamp);
      points.values.push(row.value);
    }
  }
  reader.end();
  if (found.size === 0) {
    throw new InvalidInputError(`${input.name} line 2: found the end of the file, expected a row of data`);
  }
  return found;
};
