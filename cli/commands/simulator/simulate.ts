import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { isoOfSeconds } from '../../../core/shared/time.ts';
import type { Fleet, ServerMetrics } from '../../../core/simulator/fleet.ts';
import { FLEET_CSV_HEADER, toCsvRows, toLabels } from '../../../core/simulator/fleet-output.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { parseTimestamp, TIMESTAMP_FORMS } from '../../input/reading/timestamp.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { numberUpTo, wholeNumber } from '../shared/option-values.ts';

interface Options {
  readonly seed: number;
  readonly servers: number;
  readonly days: number;
  readonly step: number;
  readonly end: number | 'now';
  readonly incidents?: number;
  readonly missing?: number;
  readonly errors?: true;
  readonly out?: string;
  readonly json?: true;
}

/** Fixed, so that the same command gives the same bytes on any day. */
const DEFAULT_END = Date.UTC(2026, 10, 1) / 1000;
const LABELS_FILE = 'labels.json';

const parseEnd = (text: string): number | 'now' => {
  if (text === 'now') return 'now';
  const end = parseTimestamp(text);
  if (end === undefined || end < 0) throw new InvalidArgumentError(`Expected "now" or ${TIMESTAMP_FORMS}.`);
  return end;
};

function* withoutNewlines(data: ServerMetrics): Generator<string, void, void> {
  for (const row of toCsvRows(data)) yield row.slice(0, -1);
}

const writeServer = async (stream: Writable, data: ServerMetrics): Promise<void> => {
  const writer = new LineWriter(stream);
  writer.line(FLEET_CSV_HEADER);
  await writer.lines(withoutNewlines(data));
};

const writeFile = async (path: string, data: ServerMetrics): Promise<void> => {
  const stream = createWriteStream(path);
  const closed = finished(stream);
  await Promise.all([closed, writeServer(stream, data).then(() => stream.end())]);
};

const writeDirectory = async (fleet: Fleet, directory: string, terminal: Terminal): Promise<void> => {
  const progress = startProgress(terminal, 'simulating', fleet.servers.length);
  try {
    mkdirSync(directory, { recursive: true });
    for (const data of fleet) {
      await writeFile(join(directory, `${data.server.id}.csv`), data);
      progress.advance();
    }
    writeFileSync(join(directory, LABELS_FILE), `${JSON.stringify(toLabels(fleet), undefined, 2)}\n`);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new DependencyUnavailableError(`cannot write to ${directory}: ${cause.message}`, { cause });
  } finally {
    progress.stop();
  }
};

const writeStream = async (fleet: Fleet, terminal: Terminal): Promise<void> => {
  const writer = new LineWriter(terminal.stdout);
  writer.line(FLEET_CSV_HEADER);
  for (const data of fleet) await writer.lines(withoutNewlines(data));
};

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  if (options.json && options.out === undefined)
    throw new InvalidInputError('--json: found no --out, expected a directory to summarise');
  const fleet = simulateFleet({
    seed: options.seed,
    servers: options.servers,
    days: options.days,
    stepSeconds: options.step,
    endAt: options.end === 'now' ? Date.now() / 1000 : options.end,
    ...(options.incidents !== undefined && { incidents: options.incidents }),
    ...(options.missing !== undefined && { missingShare: options.missing }),
    errors: options.errors === true,
  });
  if (options.out === undefined) return writeStream(fleet, terminal);
  await writeDirectory(fleet, options.out, terminal);
  const { servers, steps, incidents } = fleet;
  const summary = { directory: options.out, servers: servers.length, steps, incidents: incidents.length };
  printLine(
    terminal.stdout,
    options.json
      ? jsonText(summary)
      : `${formatCount(servers.length, 'server')}, ${formatCount(steps, 'step')}, ${formatCount(incidents.length, 'incident')} in ${options.out}`,
  );
};

/** `forestall simulate`: a seeded fleet as CSV, with labels of its incidents and changes. */
export const simulateCommand = (terminal: Terminal): Command =>
  new Command('simulate')
    .description('write a simulated fleet as CSV; equal options give equal bytes')
    .option('--seed <n>', 'seed of the random numbers', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--servers <n>', 'number of servers', wholeNumber(1, 100_000), 20)
    .option('--days <n>', 'days of history', numberUpTo(0, 3660), 14)
    .option('--step <seconds>', 'seconds between points', wholeNumber(1, 86_400), 300)
    .addOption(
      new Option('--end <time>', 'time of the last point, or "now"')
        .argParser(parseEnd)
        .default(DEFAULT_END, isoOfSeconds(DEFAULT_END)),
    )
    .option(
      '--incidents <n>',
      'number of incidents (default: one per 40 server-days)',
      wholeNumber(0, 1_000_000),
    )
    .option('--missing <share>', 'share of missing points', numberUpTo(0, 0.99))
    .option('--errors', 'add the metric error_percent, the percentage of failed requests')
    .option('--out <dir>', 'directory for one CSV per server and labels.json (default: CSV on stdout)')
    .option('--json', 'print a summary of --out as one JSON object')
    .action((options: Options) => run(options, terminal));
