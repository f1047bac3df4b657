import { Command, Option } from 'commander';
import { CHANGE_HEALTHS, CHANGE_KINDS } from '../../../core/changes/change.ts';
import { CHANGE_FORMATS, type ChangeFormat } from '../../../core/changes/risk/formats/planned-change.ts';
import type { ChangeSummaryAnswer } from '../../api-client/answers.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import { readPlan } from '../../input/planned-change-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';
import { describeAssessment } from './assess-text.ts';
import { CHANGE_COLUMNS, describeChange } from './changes-text.ts';

interface ShowOptions extends ConnectionOptions {
  readonly json?: true;
}
interface ListOptions extends ShowOptions {
  readonly target?: string;
  readonly kind?: ChangeSummaryAnswer['kind'];
  readonly health?: ChangeSummaryAnswer['health'];
  readonly limit: number;
}
interface RecordOptions extends ShowOptions {
  readonly target: string;
  readonly format?: ChangeFormat;
  readonly id?: string;
  readonly at?: string;
  readonly kind: ChangeSummaryAnswer['kind'];
  readonly from?: string;
  readonly to?: string;
  readonly plan?: string;
}

const print = async (lines: readonly string[], terminal: Terminal): Promise<void> =>
  new LineWriter(terminal.stdout).lines([...lines]);

const show = async (id: string, { json, ...connection }: ShowOptions, terminal: Terminal): Promise<void> => {
  const change = await connect(connection, terminal).change(id);
  await print(json ? [jsonText(change)] : describeChange(change, terminal), terminal);
};

const list = (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { target, kind, health, limit, json, ...connection } = options;
  return printList(
    connect(connection, terminal).changes({ target, kind, health, most: limit }),
    { columns: CHANGE_COLUMNS, empty: 'no changes', json: json === true },
    terminal,
  );
};

/** A change may precede the first points of its target, so an unknown one is no error. */
const warnIfUnknown = async (client: ApiClient, target: string, { stderr }: Terminal): Promise<void> => {
  for await (const { id } of client.targets({ search: target })) if (id === target) return;
  printLine(
    stderr,
    `forestall: no target "${target}" is known, so the health of this change cannot be measured: check the ID with \`forestall targets\``,
  );
};

const record = async (summary: string, options: RecordOptions, terminal: Terminal): Promise<void> => {
  const { json, plan, format, at, url, key, from, to, ...change } = options;
  const planned = plan === undefined ? undefined : await readPlan(plan, terminal.stdin, format);
  // The time is set here, so that a retried request records the same change.
  const moment = at ?? new Date().toISOString();
  const client = connect({ ...(url && { url }), ...(key && { key }) }, terminal);
  const recorded = await client.recordChange({
    ...{ ...change, summary, at: moment, plan: planned },
    ...{ version: to, previousVersion: from },
  });
  const { id, health, assessment } = recorded;
  const watched = health === 'watching' ? `, watched: forestall changes ${id}` : '';
  const risk = assessment === undefined ? [] : describeAssessment(assessment, terminal);
  await print(json ? [jsonText(recorded)] : [`${id} recorded${watched}`, ...risk], terminal);
  await warnIfUnknown(client, change.target, terminal);
};

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list changes, newest first; with an ID, print that change')
    .argument('[id]', 'change ID')
    .option('--target <id>', 'only this target')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(CHANGE_KINDS))
    .addOption(new Option('--health <health>', 'only this health').choices(CHANGE_HEALTHS))
    .option('--limit <n>', 'maximum number of changes', wholeNumber(1, 1_000_000), 20)
    .option('--json', 'print one JSON object per line and change')
    .action((id: string | undefined, options: ListOptions) =>
      id === undefined ? list(options, terminal) : show(id, options, terminal),
    );

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description('print one change with the risk of its plan and the health of its target')
    .argument('<id>', 'change ID')
    .option('--json', 'print one JSON object')
    .action((id: string, options: ShowOptions) => show(id, options, terminal));

const recordCommand = (terminal: Terminal): Command =>
  withConnection(new Command('record'))
    .description('record a change; deployments are watched for an hour')
    .argument('<summary>', 'summary of the change, such as "version 41 deployed"')
    .requiredOption('--target <id>', 'target that changed')
    .addOption(new Option('--kind <kind>', 'kind of change').choices(CHANGE_KINDS).default('deployment'))
    .option('--to <version>', 'deployed version')
    .option('--from <version>', 'previous version, to which a rollback returns')
    .option('--at <time>', 'time of the change, ISO 8601 or epoch seconds (default: now)')
    .option('--id <id>', 'change ID; recording it again has no effect')
    .option('--plan <file>', 'change set or output of cdk diff to assess the risk of; - for stdin')
    .addOption(
      new Option('--format <format>', 'format of the plan (default: detected)').choices(CHANGE_FORMATS),
    )
    .option('--json', 'print one JSON object')
    .action((summary: string, options: RecordOptions) => record(summary, options, terminal));

/** `forestall changes [ID|list|show|record]`: deployments and other changes, with their risk and health. */
export const changesCommand = (terminal: Terminal): Command =>
  new Command('changes')
    .description('list, show and record changes')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(showCommand(terminal))
    .addCommand(recordCommand(terminal));
