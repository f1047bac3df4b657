import { InvalidInputError } from '../../core/shared/errors.ts';
import { csvField, quoteFound, splitCsvRow } from './csv-row.ts';
import { nameFromFile } from './file-naming.ts';
import { CHUNK_LIMITS, type IngestChunk, type IngestNames } from './ingest-chunk.ts';
import { lineBatches, type NamedInput } from './line-batches.ts';

/** The conversion of a file's lines to lines of an ingest CSV. */
interface Rewriting {
  readonly header: string;
  /** Appended to each line. */
  readonly tail: string;
  /** Column of the target; -1 if the tail contains it. */
  readonly targetColumn: number;
}

const EXPECTED = '"timestamp,target,metric,value", "timestamp,series,value" or "timestamp,value"';

/** `series` becomes the target. Names without a column come from the options, else from the file's name. */
const planRewriting = (name: string, header: string, names: IngestNames): Rewriting => {
  const columns = splitCsvRow(header).map((column) => column.toLowerCase());
  if (!columns.includes('timestamp') || !columns.includes('value')) {
    throw new InvalidInputError(`${name} line 1: found ${quoteFound(header)}, expected a header ${EXPECTED}`);
  }
  const sent = columns.map((column) =>
    column === 'series' && !columns.includes('target') ? 'target' : column,
  );
  const fromFile = nameFromFile(name);
  const added: [string, string][] = [];
  if (!sent.includes('target')) added.push(['target', names.target ?? fromFile.target]);
  if (!sent.includes('metric')) added.push(['metric', names.metric ?? fromFile.metric]);
  return {
    header: [...sent, ...added.map(([column]) => column)].join(','),
    tail: added.map(([, value]) => `,${csvField(value)}`).join(''),
    targetColumn: sent.indexOf('target'),
  };
};

/** Collects lines until a limit is reached. */
class ChunkBuilder {
  private readonly file: string;
  private readonly rewriting: Rewriting;
  private readonly targets = new Set<string>();
  private lines: string[] = [];
  private characters = 0;
  private numbers: number[] = [];

  constructor(file: string, rewriting: Rewriting) {
    this.file = file;
    this.rewriting = rewriting;
  }

  get empty(): boolean {
    return this.lines.length === 0;
  }

  /** True if a limit is reached, so the chunk must be closed before the next line. */
  get full(): boolean {
    return (
      this.lines.length >= CHUNK_LIMITS.points ||
      this.characters >= CHUNK_LIMITS.characters ||
      this.targets.size >= CHUNK_LIMITS.targets
    );
  }

  add(line: string, lineNumber: number): void {
    const { tail, targetColumn } = this.rewriting;
    this.lines.push(line + tail);
    this.numbers.push(lineNumber);
    this.characters += line.length + tail.length + 1;
    if (targetColumn >= 0) this.targets.add(splitCsvRow(line)[targetColumn] ?? '');
  }

  take(): IngestChunk {
    const { numbers } = this;
    const chunk: IngestChunk = {
      file: this.file,
      payload: { format: 'csv', body: `${this.rewriting.header}\n${this.lines.join('\n')}\n` },
      points: this.lines.length,
      // Line 1 of the payload is its header.
      fileLine: (line) => numbers[line - 2] ?? 1,
    };
    this.lines = [];
    this.numbers = [];
    this.targets.clear();
    this.characters = 0;
    return chunk;
  }
}

/**
 * Splits a CSV into ingest requests. The server validates values and timestamps; its line numbers are mapped back to
 * those of the file. Blank lines are skipped. @throws InvalidInputError
 */
export async function* chunkCsv(
  input: NamedInput,
  names: IngestNames,
): AsyncGenerator<IngestChunk, void, void> {
  let builder: ChunkBuilder | undefined;
  let lineNumber = 0;
  for await (const lines of lineBatches(input)) {
    for (const line of lines) {
      lineNumber++;
      if (builder === undefined) {
        builder = new ChunkBuilder(input.name, planRewriting(input.name, line, names));
        continue;
      }
      if (line.trim() === '') continue;
      if (builder.full) yield builder.take();
      builder.add(line, lineNumber);
    }
  }
  if (builder === undefined)
    throw new InvalidInputError(`${input.name} line 1: found nothing, expected ${EXPECTED}`);
  if (!builder.empty) yield builder.take();
}
