import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** One record of a CSV with the line that it starts on. Fields are trimmed. */
export interface CsvRow {
  readonly fields: readonly string[];
  readonly line: number;
}

/** Field separators of exports, the most usual first. */
export const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

const MAX_ROW_LENGTH = 1_000_000;

/** The separator that splits the first line into most fields. */
export const separatorOf = (line: string): Separator => {
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
};

/** Splits text that arrives in pieces into rows, each as soon as its line is complete. Blank lines are skipped. */
export class CsvRows {
  private readonly name: string;
  private readonly separator: Separator;
  private rest = '';
  private line = 1;

  constructor(name: string, separator: Separator) {
    this.name = name;
    this.separator = separator;
  }

  /** @throws InvalidInputError naming the line of a broken quote, or of a row that is too long */
  take(piece: string): CsvRow[] {
    const text = this.rest + piece;
    const end = text.lastIndexOf('\n') + 1;
    const rows = this.split(text.slice(0, end), false);
    this.rest = rows === undefined ? text : text.slice(end);
    if (this.rest.length > MAX_ROW_LENGTH) this.refuse(this.line, 'a line of more than a million characters');
    return rows ?? [];
  }

  /** The rows of a last line without a line end. @throws InvalidInputError as `take` */
  end(): CsvRow[] {
    const rows = this.split(this.rest, true) ?? [];
    this.rest = '';
    return rows;
  }

  /** Undefined if a quoted field continues in the next piece. */
  private split(text: string, isLast: boolean): CsvRow[] | undefined {
    const rows = text.includes('"') ? this.parseQuoted(text, isLast) : this.splitPlain(text);
    if (rows !== undefined) this.line += text.split('\n').length - 1;
    return rows;
  }

  /** Most exports quote nothing; splitting is many times as fast as the parser. */
  private splitPlain(text: string): CsvRow[] {
    return text.split('\n').flatMap((line, index) => {
      if (line.length > MAX_ROW_LENGTH)
        this.refuse(this.line + index, 'a line of more than a million characters');
      if (line.trim() === '') return [];
      return { fields: line.split(this.separator).map((field) => field.trim()), line: this.line + index };
    });
  }

  private parseQuoted(text: string, isLast: boolean): CsvRow[] | undefined {
    const rows: CsvRow[] = [];
    try {
      parse(text, {
        delimiter: this.separator,
        record_delimiter: '\n',
        trim: true,
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: MAX_ROW_LENGTH,
        on_record: (fields: string[], { lines }) => {
          rows.push({ fields, line: this.line + lines - 1 });
          return null;
        },
      });
      return rows;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      if (error.code === 'CSV_QUOTE_NOT_CLOSED' && !isLast) return undefined;
      const found = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote without its end' : error.message;
      return this.refuse(this.line + Number(error.lines) - 1, found);
    }
  }

  private refuse(line: number, found: string): never {
    throw new InvalidInputError(`${this.name} line ${line}: found ${found}, expected lines of CSV text`, {
      field: `line ${line}`,
    });
  }
}
