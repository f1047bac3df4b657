import { Command } from 'commander';
import type { CallGraph } from '../../../core/incidents/diagnosis/call-graph.ts';
import { type DiagnosisReport, diagnose } from '../../../core/incidents/diagnosis/diagnose.ts';
import type { DiagnosisTarget } from '../../../core/incidents/diagnosis/diagnosis-target.ts';
import { parseGraphCsv } from '../../../core/incidents/diagnosis/files/graph-csv.ts';
import { parseMetricsCsv } from '../../../core/incidents/diagnosis/files/metrics-csv.ts';
import { parseTargetJson } from '../../../core/incidents/diagnosis/files/target-json.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { readWholeText } from '../../input/decode-text.ts';
import { openInput } from '../../input/open-input.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
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

/** Metrics of thousands of nodes fit. */
const MAX_CHARACTERS = 100_000_000;

/** A file with its name for messages. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

const readText = async (path: string, { stdin }: Terminal): Promise<NamedText> => {
  const input = openInput(path, stdin);
  return { name: input.name, text: await readWholeText(input, MAX_CHARACTERS, 'a diagnosis') };
};

const checkedGraph = ({ text, name }: NamedText, target: DiagnosisTarget): CallGraph => {
  const graph = parseGraphCsv(text, name);
  if (!graph.nodes.includes(target.node)) {
    const found = formatCount(graph.nodes.length, 'other node');
    const expected = `the target's node ${JSON.stringify(target.node)} among them`;
    throw new InvalidInputError(`${name} line 1: found ${found}, expected ${expected}`);
  }
  return graph;
};

const checkedWindow = ({ text, name }: NamedText, target: DiagnosisTarget) => {
  const window = parseMetricsCsv(text, name);
  const metrics = window.nodes.get(target.node);
  if (metrics?.[target.metric] == null) {
    const expected = `${target.metric} of the target's node ${JSON.stringify(target.node)}`;
    const found =
      metrics === undefined ? 'no column of that node' : `no ${target.metric} column of that node`;
    throw new InvalidInputError(`${name} line 1: found ${found}, expected ${expected}`);
  }
  return window;
};

const diagnoseFiles = async (options: Options, terminal: Terminal): Promise<DiagnosisReport> => {
  const read = (path: string): Promise<NamedText> => readText(path, terminal);
  const alarm = await read(options.target);
  const target = parseTargetJson(alarm.text, alarm.name);
  const graph = options.graph === undefined ? null : checkedGraph(await read(options.graph), target);
  const window = checkedWindow(await read(options.window), target);
  const normal = options.normal === undefined ? null : await read(options.normal);
  return diagnose({
    ...{ graph, window, target },
    normal: normal && parseMetricsCsv(normal.text, normal.name),
  });
};

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  const report = await diagnoseFiles(options, terminal);
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
