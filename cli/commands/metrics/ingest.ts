import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import { ApiRequestError, describeField, type ProblemField } from '../../api-client/api-error.ts';
import { IngestTotals } from '../../api-client/ingest-totals.ts';
import type { IngestChunk, IngestNames } from '../../input/ingest-chunk.ts';
import { chunkFile, FILE_FORMATS, type FileFormat } from '../../input/ingest-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface Options extends ConnectionOptions, IngestNames {
  readonly format: FileFormat;
  readonly concurrency: number;
  readonly json?: true;
}

const LINE_FIELD = /^line (\d+)$/;
const SHOWN_FIELDS = 5;

const inFileTerms = ({ field, message }: ProblemField, { fileLine }: IngestChunk): string => {
  const line = LINE_FIELD.exec(field ?? '')?.[1];
  return describeField(line === undefined ? field : `line ${fileLine(Number(line))}`, message);
};

/** Names the file, and converts line numbers of the request into those of the file. */
const explain = (error: unknown, chunk: IngestChunk): unknown => {
  if (!(error instanceof ApiRequestError)) return error;
  const { file } = chunk;
  const fields = error.errors.slice(0, SHOWN_FIELDS).map((field) => `\n  ${inFileTerms(field, chunk)}`);
  const summary = error.message.split('\n')[0];
  return new ApiRequestError(`${file}: ${summary}${fields.join('')}`, error.status, error.code, error.errors);
};

async function* chunksOf(files: readonly string[], options: Options, terminal: Terminal) {
  const report = (line: string) => printLine(terminal.stderr, `forestall: ${line}`);
  for (const file of files) yield* chunkFile(file, { ...options, report }, terminal.stdin);
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Reasons why parts of accepted requests were rejected, not stored or not listed: each once, however many requests say so. */
class Refusals {
  readonly #reasons = new Map<string, ProblemField & { readonly file: string }>();

  add(errors: readonly ProblemField[], chunk: IngestChunk): void {
    const { file } = chunk;
    for (const error of errors)
      this.#reasons.set(`${file}: ${inFileTerms(error, chunk)}`, { ...error, file });
  }

  get fields() {
    return [...this.#reasons.values()];
  }

  print(terminal: Terminal): void {
    const lines = [...this.#reasons.keys()];
    for (const line of lines.slice(0, SHOWN_FIELDS)) printLine(terminal.stderr, `forestall: ${line}`);
    const more = lines.length - SHOWN_FIELDS;
    if (more > 0) printLine(terminal.stderr, `forestall: and ${more} more (see them all with --json)`);
  }
}

const sendAll = async (client: ApiClient, files: readonly string[], options: Options, terminal: Terminal) => {
  const totals = new IngestTotals();
  const refusals = new Refusals();
  const progress = startProgress(
    terminal,
    'ingesting',
    files.reduce((sum, file) => sum + sizeOf(file), 0),
  );
  try {
    await inParallel(options.concurrency, chunksOf(files, options, terminal), async (chunk) => {
      try {
        const answer = await client.ingest(chunk.payload);
        totals.add(chunk.points, answer);
        refusals.add(answer.errors ?? [], chunk);
      } catch (error) {
        throw explain(error, chunk);
      }
      progress.advance(chunk.payload.body.length);
    });
  } finally {
    progress.stop();
  }
  return { totals, refusals };
};

const run = async (files: readonly string[], options: Options, terminal: Terminal): Promise<void> => {
  const { totals, refusals } = await sendAll(connect(options, terminal), files, options, terminal);
  if (options.json) {
    const { fields: errors } = refusals;
    const refused = errors.length === 0 ? {} : { errors };
    printLine(terminal.stdout, `${jsonText({ files: files.length, ...totals, ...refused })}`);
    return;
  }
  const counts = Object.entries(totals.counts).map(([name, count]) => `${count} ${name}`);
  const sent = `${formatCount(totals.points, 'point')} of ${formatCount(files.length, 'file')} in ${formatCount(totals.requests, 'request')}`;
  printLine(terminal.stdout, `sent ${sent}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`);
  refusals.print(terminal);
};

/** `forestall ingest FILE...`: sends files to a deployment, split to fit the API's limits. */
export const ingestCommand = (terminal: Terminal): Command =>
  withConnection(new Command('ingest'))
    .description('send CSV, JSON and OTLP files, and exports of other tools, to a deployment')
    .argument('<files...>', 'files, plain or .gz, or - for stdin')
    .addOption(new Option('--format <format>', 'format of the files').choices(FILE_FORMATS).default('auto'))
    .option('--target <id>', 'target of a file without target names (default: from the file name)')
    .option('--metric <name>', 'metric of a file without metric names (default: from the file name)')
    .option('--concurrency <n>', 'number of parallel requests', wholeNumber(1, 32), 4)
    .option('--json', 'print the totals as one JSON object')
    .action((files: string[], options: Options) => run(files, options, terminal));
