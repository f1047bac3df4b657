import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CallGraph } from '../../../core/incidents/diagnosis/call-graph.ts';
import { type DiagnosisReport, diagnose } from '../../../core/incidents/diagnosis/diagnose.ts';
import type { DiagnosisTarget } from '../../../core/incidents/diagnosis/diagnosis-target.ts';
import { parseGraphCsv } from '../../../core/incidents/diagnosis/files/graph-csv.ts';
import { parseMetricsCsv } from '../../../core/incidents/diagnosis/files/metrics-csv.ts';
import { parseTargetJson } from '../../../core/incidents/diagnosis/files/target-json.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { describeDiagnosis } from './diagnose-text.ts';

interface Options {
  readonly graph?: string;
  readonly window: string;
  readonly target: string;
  readonly normal?: string;
  readonly json?: true;
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const found = code === 'ENOENT' ? 'no such file' : `a file that cannot be read (${code})`;
    throw new InvalidInputError(`${path}: found ${found}, expected a readable file`, { field: path, cause });
  }
};

const readGraph = (path: string | undefined, target: DiagnosisTarget): CallGraph | null => {
  if (path === undefined) return null;
  const graph = parseGraphCsv(readText(path), path);
  if (!graph.nodes.includes(target.node)) {
    const expected = `the target's node ${JSON.stringify(target.node)} among them`;
    throw new InvalidInputError(`${path}:1: found ${graph.nodes.length} other nodes, expected ${expected}`);
  }
  return graph;
};

const readWindow = (path: string, target: DiagnosisTarget) => {
  const window = parseMetricsCsv(readText(path), path);
  const metrics = window.nodes.get(target.node);
  if (metrics?.[target.metric] == null) {
    const expected = `${target.metric} of the target's node ${JSON.stringify(target.node)}`;
    const found =
      metrics === undefined ? 'no column of that node' : `no ${target.metric} column of that node`;
    throw new InvalidInputError(`${path}:1: found ${found}, expected ${expected}`);
  }
  return window;
};

const diagnoseFiles = (options: Options): DiagnosisReport => {
  const target = parseTargetJson(readText(options.target), options.target);
  const graph = readGraph(options.graph, target);
  const window = readWindow(options.window, target);
  const normal =
    options.normal === undefined ? null : parseMetricsCsv(readText(options.normal), options.normal);
  return diagnose({ graph, window, target, normal });
};

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  const report = diagnoseFiles(options);
  const writer = new LineWriter(terminal.stdout);
  if (options.json !== true) return writer.lines(describeDiagnosis(report, terminal));
  for (const limit of report.limits) printLine(terminal.stderr, `forestall: ${limit}`);
  await writer.lines([jsonText(report.causes)]);
};

/** `forestall diagnose`: ranks the likely causes of one alarm from files, without AWS or network. */
export const diagnoseCommand = (terminal: Terminal): Command =>
  new Command('diagnose')
    .description('rank the likely causes of an alarm from a call graph and request metrics')
    .requiredOption(
      '--window <file>',
      'metrics around the alarm: CSV with node, metric, statistic, timestamp',
    )
    .requiredOption('--target <file>', 'the alarm: JSON with node, metric, agg, timestamp')
    .option('--graph <file>', 'call graph: CSV adjacency matrix; without it, correlation only')
    .option('--normal <file>', 'metrics of normal operation, in the same format as the window')
    .option('--json', 'print the ranked causes as a JSON array')
    .action((options: Options) => run(options, terminal));
