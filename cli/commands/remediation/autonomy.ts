import { Command } from 'commander';
import type { AutonomyAnswer } from '../../api-client/remediation-answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatPercent } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

type Environment = AutonomyAnswer['environments'][number];
type Row = Environment['actions'][number];

const COLUMNS: readonly Column<Row>[] = [
  { header: 'action', text: ({ action }) => action },
  { header: 'stage', text: ({ stage }) => stage },
  { header: 'succeeded', align: 'right', text: ({ succeeded }) => String(succeeded) },
  { header: 'failed', align: 'right', text: ({ failed }) => String(failed) },
  {
    header: 'success rate at least',
    align: 'right',
    optional: true,
    text: ({ successRateAtLeast }) => formatPercent(successRateAtLeast),
  },
  { header: 'to act alone', text: ({ missing }) => missing ?? 'earned', shrinks: true },
];

const environmentLines = (found: Environment, terminal: Terminal): string[] => {
  const { environment, stage, policyStage, deploymentStage, actions } = found;
  const because = `policy ${policyStage}, deployment ${deploymentStage}`;
  return [`${environment}: ${stage} (${because})`, ...renderTable(COLUMNS, actions, terminal)];
};

const run = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const autonomy = await connectRemediation(connection, terminal).autonomy();
  const { killSwitch, environments } = autonomy;
  const lines = [
    ...(killSwitch ? ['the kill switch is on: no action runs'] : []),
    ...environments.flatMap((each) => environmentLines(each, terminal)),
    ...(environments.length === 0 ? ['no policy is stored: nothing is allowed'] : []),
  ];
  await new LineWriter(terminal.stdout).lines(json ? [jsonText(autonomy)] : lines);
};

/** `forestall autonomy`: how far each action may go by itself, and what is missing for more. */
export const autonomyCommand = (terminal: Terminal): Command =>
  withConnection(new Command('autonomy'))
    .description('print how far each action may go by itself, with the evidence')
    .option('--json', 'print one JSON object')
    .action((options: Options) => run(options, terminal));
