import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import {
  QUESTIONS,
  REMEDIATION_STATUSES,
  type RemediationStatus,
} from '../../../core/remediation/remediation.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';
import { type AnswerOptions, answerRemediation } from './answer.ts';
import { connectRemediation } from './remediation-connection.ts';
import { describeRemediation, REMEDIATION_COLUMNS } from './remediations-text.ts';

interface ShowOptions extends ConnectionOptions {
  readonly json?: true;
}
interface ListOptions extends ShowOptions {
  readonly status?: RemediationStatus;
  readonly target?: string;
  readonly environment?: string;
  readonly limit: number;
}
interface RequestOptions extends ShowOptions {
  readonly reason: string;
  readonly act?: true;
}

const list = (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { status, target, environment, limit, json, ...connection } = options;
  return printList(
    connectRemediation(connection, terminal).remediations({ status, target, environment, most: limit }),
    { columns: REMEDIATION_COLUMNS, empty: 'no remediations', json: json === true },
    terminal,
  );
};

const show = async (id: string, { json, ...connection }: ShowOptions, terminal: Terminal): Promise<void> => {
  const remediation = await connectRemediation(connection, terminal).remediation(id);
  const lines = json ? [jsonText(remediation)] : describeRemediation(remediation);
  await new LineWriter(terminal.stdout).lines(lines);
};

const request = async (
  action: string,
  resource: string,
  { reason, act, json, ...connection }: RequestOptions,
  terminal: Terminal,
): Promise<void> => {
  const wanted = { action, resource, reason, dryRun: act !== true };
  // A retried request must not ask twice.
  const requested = await connectRemediation(connection, terminal).request(wanted, randomUUID());
  const { id, dryRun } = requested;
  const kind = dryRun ? 'rehearsal' : 'remediation';
  printLine(terminal.stdout, json ? jsonText(requested) : `${kind} ${id} requested`);
};

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list remediations, newest first')
    .addOption(new Option('--status <status>', 'only with this status').choices(REMEDIATION_STATUSES))
    .option('--target <id>', 'only about problems of this target')
    .option('--environment <name>', 'only in this environment')
    .option('--limit <n>', 'maximum number of remediations', wholeNumber(1, 1_000_000), 20)
    .option('--json', 'print one JSON object per line and remediation')
    .action((options: ListOptions) => list(options, terminal));

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description('print one remediation with everything that an approval covers')
    .argument('<id>', 'remediation ID')
    .option('--json', 'print one JSON object')
    .action((id: string, options: ShowOptions) => show(id, options, terminal));

const ANSWERS = [
  ['approve', 'approve the plan of a remediation, or its undoing, after showing all of it'],
  ['reject', 'say no to the plan of a remediation, or to its undoing'],
  ['undo', 'ask to undo what a remediation did; this also approves it if you may'],
] as const;

const QUESTION = new Option(
  '--question <question>',
  'what --plan answers: plan or undo (default: plan)',
).choices(QUESTIONS);

const answerCommand = ([verb, description]: (typeof ANSWERS)[number], terminal: Terminal): Command => {
  const command = withConnection(new Command(verb))
    .description(description)
    .argument('<id>', 'remediation ID')
    .option('--plan <hash>', 'hash of the plan that you saw, or its first 8 characters; asks nothing')
    .option('--reason <text>', 'reason, recorded with the decision', '')
    .option('--json', 'print one JSON object')
    .action((id: string, options: AnswerOptions) => answerRemediation(verb, id, options, terminal));
  return verb === 'undo' ? command : command.addOption(QUESTION);
};

const requestCommand = (terminal: Terminal): Command =>
  withConnection(new Command('request'))
    .description('rehearse an action on a resource of the policy, or ask for it')
    .argument('<action>', 'ID of the action, as `forestall actions` prints it')
    .argument('<resource>', 'resource, <kind>:<name>')
    .requiredOption('--reason <text>', 'reason, recorded with the decision')
    .option('--act', 'ask for the action itself: the gate judges it, and another person approves it')
    .option('--json', 'print one JSON object')
    .action((action: string, resource: string, options: RequestOptions) =>
      request(action, resource, options, terminal),
    );

/** `forestall remediations [list|show|approve|reject|undo|request]`: what is done about problems. */
export const remediationsCommand = (terminal: Terminal): Command => {
  const command = new Command('remediations')
    .description('list, show, approve, reject, undo and request remediations')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(showCommand(terminal));
  for (const each of ANSWERS) command.addCommand(answerCommand(each, terminal));
  return command.addCommand(requestCommand(terminal));
};
