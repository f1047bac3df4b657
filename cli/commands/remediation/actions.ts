import { Command } from 'commander';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { ActionAnswer } from '../../api-client/remediation-answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

const COLUMNS: readonly Column<ActionAnswer>[] = [
  { header: 'action', text: ({ id }) => id },
  { header: 'resource', text: ({ resourceKind }) => resourceKind },
  { header: 'risk', text: ({ risk }) => risk },
  { header: 'undo', text: ({ reversibility }) => reversibility },
  { header: 'deployed', text: ({ deployed }) => (deployed ? 'yes' : 'no') },
  { header: 'what', text: ({ title }) => title, shrinks: true, optional: true },
];

const describe = (action: ActionAnswer): string[] => {
  const { id, version, title, description, resourceKind, effect, risk, reversibility, minutes } = action;
  return [
    `${id} (version ${version}): ${title}`,
    description,
    `acts on ${resourceKind}; ${effect}, risk ${risk}, reversibility ${reversibility}`,
    `acts within ${minutes.act} min, shows after ${minutes.settle} more; at most ${action.maxConcurrent} at once`,
    `${action.deployed ? 'deployed' : 'not deployed: add it to remediation.actions of the stage'}`,
    `parameters: ${jsonText(action.parameters)}`,
  ];
};

const run = async (
  id: string | undefined,
  { json, ...connection }: Options,
  terminal: Terminal,
): Promise<void> => {
  const actions = await connectRemediation(connection, terminal).actions();
  const wanted = id === undefined ? actions : actions.filter((action) => action.id === id);
  if (wanted.length === 0)
    throw new InvalidInputError(`there is no action ${id}: \`forestall actions\` lists them`);
  const table = () => (id === undefined ? renderTable(COLUMNS, wanted, terminal) : wanted.flatMap(describe));
  await new LineWriter(terminal.stdout).lines(json ? wanted.map((action) => jsonText(action)) : table());
};

/** `forestall actions [ID]`: the catalogue of actions of a deployment. */
export const actionsCommand = (terminal: Terminal): Command =>
  withConnection(new Command('actions'))
    .description('list the actions of the catalogue; with an ID, print that action')
    .argument('[id]', 'action ID')
    .option('--json', 'print one JSON object per line and action')
    .action((id: string | undefined, options: Options) => run(id, options, terminal));
