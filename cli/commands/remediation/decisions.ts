import { Command, InvalidArgumentError } from 'commander';
import { replay } from '../../../core/remediation/audit/replay.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';
import { type SourceOptions, sourceOf } from './decision-source.ts';
import { DECISION_COLUMNS, describeDecision, describeReplay } from './decisions-text.ts';

interface ShowOptions extends SourceOptions {
  readonly json?: true;
}
interface ListOptions extends ShowOptions {
  readonly after?: number;
  readonly remediation?: string;
  readonly limit: number;
}

const MAX_SEQUENCE = 1e12;

const sequenceOf = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_SEQUENCE) return value;
  throw new InvalidArgumentError(
    'Expected the number of a decision, as `forestall decisions list` prints it.',
  );
};

const list = (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { after, remediation, limit, json } = options;
  return printList(
    sourceOf(options, terminal).list({ after, remediation, limit }),
    { columns: DECISION_COLUMNS, empty: 'no decisions', json: json === true },
    terminal,
  );
};

const show = async (sequence: number, options: ShowOptions, terminal: Terminal): Promise<void> => {
  const found = await sourceOf(options, terminal).get(sequence);
  const lines = options.json
    ? [jsonText({ decision: found.decision, inputs: found.inputs })]
    : describeDecision(found.decision, terminal);
  await new LineWriter(terminal.stdout).lines(lines);
};

const replayOne = async (sequence: number, options: ShowOptions, terminal: Terminal): Promise<void> => {
  const { decision, inputs, ofDiagnosis } = await sourceOf(options, terminal).getWhole(sequence);
  const replayed = replay(decision, inputs, ofDiagnosis);
  const lines = options.json ? [jsonText({ sequence, ...replayed })] : describeReplay(decision, replayed);
  await new LineWriter(terminal.stdout).lines(lines);
  if (replayed.result === 'different' || replayed.result === 'unusable')
    throw new GateReachedError(`decision ${sequence} does not follow from its record`);
};

const withSource = (command: Command): Command =>
  withConnection(command).option('--file <file>', 'read an export of `forestall audit export`, - for stdin');

const listCommand = (terminal: Terminal): Command =>
  withSource(new Command('list'))
    .description('list the last decisions, oldest first')
    .option('--remediation <id>', 'only decisions about this remediation')
    .option('--after <n>', 'only decisions after this one', wholeNumber(0, MAX_SEQUENCE))
    .option('--limit <n>', 'maximum number of decisions', wholeNumber(1, 1_000_000), 20)
    .option('--json', 'print one JSON object per line and decision')
    .action((options: ListOptions) => list(options, terminal));

const showCommand = (terminal: Terminal): Command =>
  withSource(new Command('show'))
    .description('print one decision with its outcome')
    .argument('<decision>', 'number of the decision', sequenceOf)
    .option('--json', 'print one JSON object, with the recorded inputs')
    .action((sequence: number, options: ShowOptions) => show(sequence, options, terminal));

const replayCommand = (terminal: Terminal): Command =>
  withSource(new Command('replay'))
    .description('compute a decision again from its recorded inputs and compare; exits 3 if it differs')
    .argument('<decision>', 'number of the decision', sequenceOf)
    .option('--json', 'print one JSON object')
    .action((sequence: number, options: ShowOptions) => replayOne(sequence, options, terminal));

/** `forestall decisions [list|show|replay]`: what was decided about remediations, and whether it follows from its inputs. */
export const decisionsCommand = (terminal: Terminal): Command =>
  new Command('decisions')
    .description('list, show and replay decisions about remediations')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(showCommand(terminal))
    .addCommand(replayCommand(terminal));
