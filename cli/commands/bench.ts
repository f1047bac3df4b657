import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command } from 'commander';
import { ConfigurationError, DependencyUnavailableError, InvalidInputError } from '../../core/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What a bench is given; it prints its table by `out` and returns its figures. */
interface BenchOptions {
  /** Directory of open data; empty for benches that need none. */
  readonly data: string;
  readonly out: (line: string) => void;
}
type Bench = (options: BenchOptions) => unknown;

interface Options {
  readonly data?: string;
  /** A file, or `true` for stdout. */
  readonly json?: string | true;
}

const KNOWN = [
  'forecast',
  'detect',
  'diagnose',
  'ingest',
  'throughput',
  'changes',
  'components',
  'combinations',
  'peers',
  'deployments',
] as const;
/** Benches on made-up or listed cases of their own. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['changes', 'components', 'combinations', 'peers']);
const moduleOf = (name: string): URL => new URL(`../../bench/${name}/run.ts`, import.meta.url);
const NAMES = KNOWN.filter((name) => existsSync(fileURLToPath(moduleOf(name))));

const isBench = (value: unknown): value is Bench => typeof value === 'function';

/** Benches are loaded when asked for: they read far more code and data than any other command. */
const loadBench = async (name: string): Promise<Bench> => {
  const module: Readonly<Record<string, unknown>> = await import(moduleOf(name).href);
  const found = Object.entries(module).find(([exported]) => /^run\w*Bench$/.test(exported))?.[1];
  if (isBench(found)) return found;
  throw new ConfigurationError(`bench/${name}/run.ts exports no run...Bench function`);
};

const writeJson = (path: string | true, results: unknown, terminal: Terminal): void => {
  const text = `${JSON.stringify(results, undefined, 2)}\n`;
  if (path === true) {
    terminal.stdout.write(text);
    return;
  }
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new DependencyUnavailableError(`cannot write ${path}`, { cause });
  }
};

const dataDirectory = (options: Options, { env }: Terminal): string => {
  const data = options.data ?? env.FORESTALL_DATA;
  if (data === undefined) throw new InvalidInputError('no data: give --data DIR or FORESTALL_DATA');
  if (existsSync(data)) return data;
  throw new InvalidInputError(`--data: found no directory ${data}, expected open data`);
};

const run = async (name: string, options: Options, terminal: Terminal): Promise<void> => {
  const data = WITHOUT_DATA.has(name) ? '' : dataDirectory(options, terminal);
  // With JSON on stdout, the tables go where they do not mix with it.
  const tables = options.json === true ? terminal.stderr : terminal.stdout;
  const results: Record<string, unknown> = {};
  for (const bench of name === 'all' ? NAMES : [name]) {
    const start = await loadBench(bench);
    results[bench] = await start({ data, out: (line) => tables.write(`${line}\n`) });
  }
  if (options.json !== undefined) writeJson(options.json, results, terminal);
};

/** `forestall bench [NAME]`: the scoreboard on open data, as tables and as JSON. */
export const benchCommand = (terminal: Terminal): Command =>
  new Command('bench')
    .description('score the engines on open data')
    .addArgument(new Argument('[name]', 'which').choices([...NAMES, 'all']).default('all'))
    .option('--data <dir>', 'directory of the data (or FORESTALL_DATA)')
    .option('--json [file]', 'figures as JSON, to a file or to stdout')
    .action((name: string, options: Options) => run(name, options, terminal));
