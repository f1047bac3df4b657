import { InvalidInputError } from '../../core/shared/errors.ts';
import { CsvRows, type Separator, separatorOf } from './csv-rows.ts';
import { type DecodedText, decodeText, joinPieces } from './decode-text.ts';
import { DOCUMENT_FORMATS, TABLE_FORMATS } from './formats/formats.ts';
import { INGEST_BODY } from './formats/ingest-body.ts';
import { ROWS } from './formats/rows.ts';
import type { NamedInput } from './open-input.ts';
import { CellValues } from './reading/cell-values.ts';
import { quoteFound } from './reading/csv-text.ts';
import { ExportClock } from './reading/export-clock.ts';
import type { DocumentFormat, ExportPoint, ReadContext, TableFormat } from './reading/export-format.ts';
import { EXPECTED_HEADER } from './reading/long-rows.ts';
import { ReadingNotes } from './reading/reading-notes.ts';

export interface ReadOptions {
  /** Name of a column to read beside the value. */
  readonly extraColumn?: string | undefined;
  /** Receives one line on how the input was read, unless it was read as Forestall's own CSV without a remark. */
  readonly report?: ((line: string) => void) | undefined;
}

/** Longest JSON document: more would not fit into the memory beside its points. */
const MAX_DOCUMENT_CHARACTERS = 250_000_000;

/** An input whose first characters were read. */
export interface OpenedExport {
  readonly isJson: boolean;
  /** The text of a JSON document. */
  readonly wholeText: () => Promise<string>;
  /** True for a JSON document of another tool, which `points` reads; false for text that is not one document. */
  readonly isForeignDocument: () => Promise<boolean>;
  /** The points, in the order of the input and as they arrive. */
  readonly points: () => AsyncGenerator<readonly ExportPoint[], void, void>;
}

/** Opens an export and looks at its first characters. @throws InvalidInputError if it cannot be read */
export const openExport = async (input: NamedInput, options: ReadOptions = {}): Promise<OpenedExport> => {
  const text = await decodeText(input);
  const start = await readFirstLine(input.name, text);
  const notes = new ReadingNotes(input.name, options.report);
  if (text.encoding !== 'utf-8') notes.add(text.encoding.toUpperCase());
  let whole: Promise<string> | undefined;
  const wholeText = (): Promise<string> => {
    whole ??= joinPieces(input.name, start, text.pieces, MAX_DOCUMENT_CHARACTERS, 'a smaller export');
    return whole;
  };
  const reading = { input, text, start, notes, wholeText, extraColumn: options.extraColumn };
  return {
    isJson: isJson(start),
    wholeText,
    isForeignDocument: async () => isForeign(await wholeText()),
    points: () => announced(isJson(start) ? readDocument(reading) : readTable(reading), notes),
  };
};

const isForeign = (text: string): boolean => {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return false;
    const format = documentFormatOf(document);
    return format !== undefined && format !== INGEST_BODY;
  } catch {
    return false;
  }
};

/** Announces how the input was read before the first points. */
async function* announced(
  batches: AsyncGenerator<readonly ExportPoint[], void, void>,
  notes: ReadingNotes,
): AsyncGenerator<readonly ExportPoint[], void, void> {
  for await (const points of batches) {
    if (points.length > 0) notes.announce();
    yield points;
  }
  notes.announce();
}

/**
 * Reads the points of any export, in the order of the input and as they arrive.
 * @throws InvalidInputError naming the line, what was found, and what to do
 */
export async function* readExport(
  input: NamedInput,
  options: ReadOptions = {},
): AsyncGenerator<readonly ExportPoint[], void, void> {
  yield* (await openExport(input, options)).points();
}

interface Reading {
  readonly input: NamedInput;
  readonly text: DecodedText;
  readonly start: string;
  readonly notes: ReadingNotes;
  readonly wholeText: () => Promise<string>;
  readonly extraColumn: string | undefined;
}

/** True for text that starts as a JSON object or list. */
export const isJson = (start: string): boolean => /^\s*[[{]/.test(start);

const MAX_FIRST_LINE = 1_000_000;

/** Text up to the end of the first line that is not blank, and what arrived with it. */
const readFirstLine = async (name: string, { pieces }: DecodedText): Promise<string> => {
  let start = '';
  while (!start.trimStart().includes('\n') && !isJson(start)) {
    if (start.length > MAX_FIRST_LINE)
      throw new InvalidInputError(
        `${name} line 1: found a line of more than a million characters, expected lines of CSV text`,
        { field: 'line 1' },
      );
    const { done, value } = await pieces.next();
    if (done) break;
    start += value;
  }
  return start;
};

const contextOf = ({ input, notes, start, extraColumn }: Reading, separator: Separator): ReadContext => {
  const { name, path } = input;
  const isTable = !isJson(start);
  const refuse = (line: number, found: string, expected: string): never => {
    const place = isTable ? `line ${line}` : `point ${line}`;
    throw new InvalidInputError(`${name} ${place}: found ${found}, expected ${expected}`, { field: place });
  };
  const note = (remark: string) => notes.add(remark);
  const clock = new ExportClock(note, (detail) => notes.addDetail(detail));
  const values = new CellValues(note, separator === ',' ? '' : start);
  return {
    name,
    path,
    extraColumn: extraColumn?.toLowerCase(),
    note,
    refuse,
    point: (series, { timestamp, value, line, extra }) => {
      const at = clock.read(timestamp);
      if (typeof at !== 'number') return refuse(line, at.found, at.expected);
      const number = values.read(value);
      if (typeof number !== 'number') return refuse(line, number.found, number.expected);
      return {
        series,
        timestamp: at,
        value: number,
        timestampText: timestamp,
        valueText: value,
        line,
        extra,
      };
    },
  };
};

async function* readTable(reading: Reading): AsyncGenerator<readonly ExportPoint[], void, void> {
  const { input, text, start, notes } = reading;
  const firstLine = start.split('\n').find((line) => line.trim() !== '') ?? '';
  const separator = separatorOf(firstLine);
  if (separator !== ',') notes.add(`separator ${separator === '\t' ? 'tab' : `"${separator}"`}`);
  const rows = new CsvRows(input.name, separator);
  let read: ReturnType<TableFormat['open']> | undefined;
  const pointsOf = (piece: ReturnType<CsvRows['take']>): ExportPoint[] => {
    const points: ExportPoint[] = [];
    for (const { fields, line } of piece) {
      read ??= openTable(fields, line, contextOf(reading, separator), notes);
      for (const point of read(fields, line)) points.push(point);
    }
    return points;
  };
  yield pointsOf(rows.take(start));
  for await (const piece of text.pieces) yield pointsOf(rows.take(piece));
  yield pointsOf(rows.end());
  if (read === undefined)
    throw new InvalidInputError(`${input.name} line 1: found nothing, expected ${EXPECTED_HEADER}`);
}

const openTable = (first: readonly string[], line: number, context: ReadContext, notes: ReadingNotes) => {
  const format = TABLE_FORMATS.find(({ recognises }) => recognises(first));
  if (format === undefined) {
    const found = quoteFound(first.join(','));
    return context.refuse(line, found, `${EXPECTED_HEADER}; docs/cli.md lists the other formats`);
  }
  notes.setFormat(format.name, format === ROWS);
  return format.open(context);
};

async function* readDocument(reading: Reading): AsyncGenerator<readonly ExportPoint[], void, void> {
  const { input, notes, wholeText } = reading;
  const document = parseJsonDocument(input.name, await wholeText());
  const format = documentFormatOf(document);
  if (format === undefined) {
    const known = DOCUMENT_FORMATS.map(({ name }) => name).join(', ');
    throw new InvalidInputError(`${input.name}: found other JSON, expected one of: ${known}`);
  }
  notes.setFormat(format.name, false);
  yield format.read(document, contextOf(reading, ','));
}

/** The format of a JSON document; undefined if it is unknown. */
const documentFormatOf = (document: object): DocumentFormat | undefined =>
  DOCUMENT_FORMATS.find(({ recognises }) => recognises(document));

const parseJsonDocument = (name: string, text: string): object => {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document;
    throw new SyntaxError('neither an object nor a list');
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`${name}: found invalid JSON (${found}), expected one whole document`, {
      cause,
    });
  }
};
