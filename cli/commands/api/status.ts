import { Command } from 'commander';
import { SEVERITIES, type Severity } from '../../../core/forecasts/breach-risk.ts';
import type { BreachAnswer, RunAnswer } from '../../api-client/answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { BREACH_COLUMNS } from '../forecasts/breaches.ts';
import { RUN_COLUMNS } from '../forecasts/runs.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

/** The output of `--json`. */
interface Status {
  readonly health: string;
  readonly targets: number;
  readonly breaches: Readonly<Record<Severity, number>>;
  readonly lastRun: RunAnswer | null;
}

const MAX_SHOWN_BREACHES = 5;

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const countBySeverity = (breaches: readonly BreachAnswer[]): Record<Severity, number> => {
  const counts: Record<Severity, number> = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of breaches) counts[severity]++;
  return counts;
};

const describe = (status: Status, worst: readonly BreachAnswer[], terminal: Terminal): string[] => {
  const counts = SEVERITIES.map((severity) => `${status.breaches[severity]} ${severity}`).join(', ');
  const lines = [`health    ${status.health}`, `targets   ${status.targets}`, `breaches  ${counts}`, ''];
  const runs =
    status.lastRun === null ? ['no forecast run yet'] : renderTable(RUN_COLUMNS, [status.lastRun], terminal);
  const table = worst.length === 0 ? [] : ['', ...renderTable(BREACH_COLUMNS, worst, terminal)];
  return [...lines, ...runs, ...table];
};

const run = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const client = connect(connection, terminal);
  const [health, targets, breaches, runs] = await Promise.all([
    client.health(),
    collect(client.targets()),
    collect(client.breaches()),
    collect(client.runs({ most: 1 })),
  ]);
  const status: Status = {
    health: health.status,
    targets: targets.length,
    breaches: countBySeverity(breaches),
    lastRun: runs[0] ?? null,
  };
  const text = json ? [jsonText(status)] : describe(status, breaches.slice(0, MAX_SHOWN_BREACHES), terminal);
  await new LineWriter(terminal.stdout).lines(text);
};

/** `forestall status`: health, targets, predicted breaches and the last run of a deployment. */
export const statusCommand = (terminal: Terminal): Command =>
  withConnection(new Command('status'))
    .description('summarise a deployment')
    .option('--json', 'print one JSON object')
    .action((options: Options) => run(options, terminal));
