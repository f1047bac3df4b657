import { CsvError, parse } from 'csv-parse/sync';
import type { DecodeContext } from '../decoding/decode-context.ts';
import { type FieldError, IngestRejection } from '../decoding/ingest-rejection.ts';
import { MAX_REPORTED_ERRORS } from '../decoding/limits.ts';
import { readText } from '../decoding/read-text.ts';
import type { OpenSeries, SeriesCollector } from '../decoding/series-collector.ts';
import { checkTenantClaim } from '../decoding/tenant-claim.ts';
import { type CellOf, readHeader } from './csv-columns.ts';
import { type RowFault, type RowIdentity, readIdentity, readSample } from './csv-row.ts';

/** Valid rows stay far below this; garbage without line breaks does not. */
const MAX_LINE_BYTES = 4_096;
const LINE_FEED = 0x0a;

/**
 * Checks lines before parsing, because the parser's own limit on a record does not count delimiters.
 * @throws IngestRejection for a line that is too long, or more lines than two for each point allowed
 */
const checkLines = (body: Uint8Array, maxPoints: number): void => {
  let start = 0;
  for (let line = 1; start < body.length; line++) {
    const found = body.indexOf(LINE_FEED, start);
    const end = found < 0 ? body.length : found;
    if (end - start > MAX_LINE_BYTES) throw lineTooLong(line);
    if (line > 2 * maxPoints)
      throw new IngestRejection('body-too-large', `more than ${2 * maxPoints} lines in one request`);
    start = end + 1;
  }
};

const lineTooLong = (line: number): IngestRejection => {
  const field = `line ${line}`;
  const message = `a line has at most ${MAX_LINE_BYTES} bytes`;
  return new IngestRejection('malformed-body', `${field}: ${message}`, {
    errors: [{ field, code: 'line-too-long', message }],
  });
};

const isFault = (read: object): read is RowFault => 'message' in read;

class CsvRows {
  readonly #options: DecodeContext;
  readonly #into: SeriesCollector;
  readonly #known = new Map<string, OpenSeries>();
  readonly errors: FieldError[] = [];
  #cellOf: CellOf | undefined;

  constructor(options: DecodeContext, into: SeriesCollector) {
    this.#options = options;
    this.#into = into;
  }

  get sawHeader(): boolean {
    return this.#cellOf !== undefined;
  }

  take(row: readonly string[], line: number): void {
    if (this.#cellOf === undefined) this.#cellOf = readHeader(row, this.#options.query);
    else this.#takePoint(this.#cellOf, row, line);
  }

  #takePoint(cellOf: CellOf, row: readonly string[], line: number): void {
    checkTenantClaim(cellOf(row, 'tenant') || undefined, this.#options.tenantId, `line ${line}: tenant`);
    const series = this.#seriesOf(cellOf, row);
    const sample = readSample(cellOf, row);
    const wrong = isFault(series) ? series : isFault(sample) ? sample : undefined;
    if (wrong !== undefined) this.#fail({ field: `line ${line}`, ...wrong });
    else if (!isFault(series) && !isFault(sample))
      this.#into.point(series, sample.timestamp, sample.value, () => `line ${line}`);
  }

  #seriesOf(cellOf: CellOf, row: readonly string[]): OpenSeries | RowFault {
    const head = ['target', 'metric', 'kind', 'unit', 'profile'] as const;
    const name = head.map((column) => cellOf(row, column) ?? '').join('\u0000');
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const identity: RowIdentity | RowFault = readIdentity(cellOf, row);
    if (isFault(identity)) return identity;
    if (identity.profile !== undefined) this.#into.profile(identity.targetId, identity.profile);
    const opened = this.#into.open(identity);
    this.#known.set(name, opened);
    return opened;
  }

  #fail(error: FieldError): void {
    this.errors.push(error);
    if (this.errors.length >= MAX_REPORTED_ERRORS) this.throwErrors();
  }

  throwErrors(): void {
    const [first] = this.errors;
    if (first === undefined) return;
    throw new IngestRejection('invalid-content', `${first.field}: ${first.message}`, { errors: this.errors });
  }
}

/** A row with the wrong number of cells is invalid content; after a broken quote the rest of the body is unreadable. */
const rejectionOf = (error: CsvError): IngestRejection => {
  const wrongShape = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
  const field = `line ${String(error.lines)}`;
  const code = wrongShape ? 'wrong-columns' : 'malformed-csv';
  return new IngestRejection(
    wrongShape ? 'invalid-content' : 'malformed-body',
    `${field}: ${error.message}`,
    {
      errors: [{ field, code, message: error.message }],
      cause: error,
    },
  );
};

/**
 * Decodes CSV with a header: `timestamp,target,metric,value` in any order and optionally `profile,unit,kind,tenant`;
 * `target` and `metric` may come from the query instead.
 * @throws IngestRejection naming the line if the CSV is malformed, a row is invalid or names another tenant
 */
export const decodeCsv = (body: Uint8Array, options: DecodeContext, into: SeriesCollector): void => {
  const rows = new CsvRows(options, into);
  checkLines(body, options.limits.maxPoints);
  try {
    parse(readText(body), {
      trim: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE_BYTES,
      on_record: (row: string[], { lines }) => {
        rows.take(row, lines);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? rejectionOf(error) : error;
  }
  if (!rows.sawHeader) throw new IngestRejection('malformed-body', 'the body has no CSV header');
  rows.throwErrors();
};
