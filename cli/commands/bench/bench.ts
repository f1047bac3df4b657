import { existsSync, writeFileSync } from 'node:fs';
import { Argument, Command } from 'commander';
import type { BenchOptions } from '../../../bench/shared/bench-options.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLines } from '../../terminal/writer.ts';

type Bench = (options: BenchOptions) => unknown;

interface Options {
  readonly data?: string;
  readonly quick?: true;
  /** A file, or `true` for stdout. */
  readonly json?: string | true;
}

/** Benches by name. Each is loaded only on request, because benches read far more code and data than other commands. */
const BENCHES = {
  forecast: async () => (await import('../../../bench/forecasts/forecast/run.ts')).runForecastBench,
  warnings: async () => (await import('../../../bench/forecasts/warnings/run.ts')).runWarningsBench,
  clocks: async () => (await import('../../../bench/forecasts/clocks/run.ts')).runClocksBench,
  reasons: async () => (await import('../../../bench/forecasts/reasons/run.ts')).runReasonsBench,
  detect: async () => (await import('../../../bench/anomalies/detect/run.ts')).runDetectBench,
  diagnose: async () => (await import('../../../bench/incidents/diagnose/run.ts')).runDiagnoseBench,
  ingest: async () => (await import('../../../bench/metrics/ingest/run.ts')).runIngestBench,
  hostile: async () => (await import('../../../bench/anomalies/hostile/run.ts')).runHostileBench,
  fuzz: async () => (await import('../../../bench/api/fuzz/run.ts')).runFuzzBench,
  throughput: async () => (await import('../../../bench/forecasts/throughput/run.ts')).runThroughputBench,
  changes: async () => (await import('../../../bench/changes/changes/run.ts')).runChangesBench,
  components: async () => (await import('../../../bench/incidents/components/run.ts')).runComponentsBench,
  combinations: async () =>
    (await import('../../../bench/anomalies/combinations/run.ts')).runCombinationsBench,
  peers: async () => (await import('../../../bench/anomalies/peers/run.ts')).runPeersBench,
  silence: async () => (await import('../../../bench/anomalies/silence/run.ts')).runSilenceBench,
  confidence: async () => (await import('../../../bench/remediation/confidence/run.ts')).runConfidenceBench,
  remediation: async () =>
    (await import('../../../bench/remediation/remediation/run.ts')).runRemediationBench,
  deployments: async () => (await import('../../../bench/changes/deployments/run.ts')).runDeploymentsBench,
  drift: async () => (await import('../../../bench/models/drift/run.ts')).runDriftBench,
  validation: async () => (await import('../../../bench/models/validation/run.ts')).runValidationBench,
  models: async () => (await import('../../../bench/models/models/run.ts')).runModelsBench,
  rollouts: async () => (await import('../../../bench/models/rollouts/run.ts')).runRolloutsBench,
  gate: async () => (await import('../../../bench/remediation/gate/run.ts')).runGateBench,
} as const satisfies Readonly<Record<string, () => Promise<Bench>>>;
type BenchName = keyof typeof BENCHES;

export const NAMES = Object.keys(BENCHES) as BenchName[];

/** Benches that need no data directory: their cases are simulated or listed in the bench itself. */
export const WITHOUT_DATA: ReadonlySet<string> = new Set([
  'warnings',
  'clocks',
  'changes',
  'components',
  'combinations',
  'confidence',
  'drift',
  'fuzz',
  'gate',
  'hostile',
  'ingest',
  'peers',
  'reasons',
  'remediation',
  'rollouts',
  'validation',
]);

const writeJson = (path: string | true, results: unknown, terminal: Terminal): void => {
  const text = jsonText(results, 2);
  if (path === true) {
    printLines(terminal.stdout, text);
    return;
  }
  try {
    writeFileSync(path, `${text}\n`);
  } catch (cause) {
    throw new DependencyUnavailableError(`cannot write ${path}`, { cause });
  }
};

/** The directory of the data; empty if none is given and the bench needs none. */
const dataDirectory = (name: string, options: Options, { env }: Terminal): string => {
  const data = options.data ?? env.FORESTALL_DATA;
  if (data === undefined && WITHOUT_DATA.has(name)) return '';
  if (data === undefined) throw new InvalidInputError('no data: pass --data DIR or set FORESTALL_DATA');
  if (existsSync(data)) return data;
  throw new InvalidInputError(`--data: found no directory ${data}, expected open data`);
};

/** Runs a bench. @throws InvalidInputError that names a file of the data directory, if it is missing */
const runBench = async (start: Bench, options: BenchOptions): Promise<unknown> => {
  try {
    return await start(options);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' && 'path' in cause;
    if (!isMissing) throw cause;
    throw new InvalidInputError(
      `--data: found no ${String(cause.path)}, expected the files that docs/cli.md lists`,
      { cause },
    );
  }
};

const run = async (name: string, options: Options, terminal: Terminal): Promise<void> => {
  const data = dataDirectory(name, options, terminal);
  // If JSON goes to stdout, the tables go to stderr.
  const tables = options.json === true ? terminal.stderr : terminal.stdout;
  const results: Record<string, unknown> = {};
  for (const bench of NAMES.filter((known) => name === 'all' || known === name)) {
    const start: Bench = await BENCHES[bench]();
    const out = (text: string) => printLines(tables, text);
    results[bench] = await runBench(start, { data, quick: options.quick, out });
  }
  if (options.json !== undefined) writeJson(options.json, results, terminal);
};

/** `forestall bench [NAME]`: the scoreboard on open data, as tables and as JSON. */
export const benchCommand = (terminal: Terminal): Command =>
  new Command('bench')
    .description('score the engines on open data')
    .addArgument(new Argument('[name]', 'bench to run').choices([...NAMES, 'all']).default('all'))
    .option('--data <dir>', 'directory of the data (or FORESTALL_DATA)')
    .option('--quick', 'run on a small sample to check that a bench works; the figures are meaningless')
    .option('--json [file]', 'print the figures as JSON to a file or to stdout')
    .action((name: string, options: Options) => run(name, options, terminal));
