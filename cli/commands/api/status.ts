import { Command } from 'commander';
import { SEVERITIES, type Severity } from '../../../core/forecasts/breach-risk.ts';
import type { BreachAnswer, IngestionAnswer, RunAnswer } from '../../api-client/answers.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount, formatDuration, formatPercent } from '../../terminal/format.ts';
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
  readonly ingestion: IngestionAnswer;
  readonly breaches: Readonly<Record<Severity, number>>;
  readonly lastRun: RunAnswer | null;
}

const MAX_SHOWN_BREACHES = 5;

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** As counted by the last check; before the first one, the list is counted. */
const countTargets = async (client: ApiClient, { checkedAt, targets }: IngestionAnswer): Promise<number> =>
  checkedAt === undefined
    ? (await collect(client.targets())).length
    : STATES.reduce((sum, state) => sum + targets[state], 0);

const countBySeverity = (breaches: readonly BreachAnswer[]): Record<Severity, number> => {
  const counts: Record<Severity, number> = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of breaches) counts[severity]++;
  return counts;
};

const STATES = ['reporting', 'late', 'silent', 'expired'] as const;

const ofStates = ({ targets }: IngestionAnswer): string => {
  const found = STATES.filter((state) => targets[state] > 0).map((state) => `${targets[state]} ${state}`);
  return found.length === 0 ? '' : ` (${found.join(', ')})`;
};

/** Summary of ingestion; empty before the first check. */
const arrivals = (ingestion: IngestionAnswer): string[] => {
  const { lagSeconds, expectedShare, vanishedMetrics, silence } = ingestion;
  if (lagSeconds === undefined) return [];
  const parts = [
    `newest point ${formatDuration(lagSeconds)} ago`,
    ...(expectedShare === undefined ? [] : [`${formatPercent(expectedShare)} of the expected points`]),
    ...(vanishedMetrics === 0 ? [] : [formatCount(vanishedMetrics, 'vanished metric')]),
  ];
  return [`arrivals  ${parts.join(', ')}`, ...(silence === undefined ? [] : [`          ${silence}`])];
};

const describe = (status: Status, worst: readonly BreachAnswer[], terminal: Terminal): string[] => {
  const counts = SEVERITIES.map((severity) => `${status.breaches[severity]} ${severity}`).join(', ');
  const lines = [
    `health    ${status.health}`,
    `targets   ${status.targets}${ofStates(status.ingestion)}`,
    ...arrivals(status.ingestion),
    `breaches  ${counts}`,
    '',
  ];
  const runs =
    status.lastRun === null ? ['no forecast run yet'] : renderTable(RUN_COLUMNS, [status.lastRun], terminal);
  const table = worst.length === 0 ? [] : ['', ...renderTable(BREACH_COLUMNS, worst, terminal)];
  return [...lines, ...runs, ...table];
};

const run = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const client = connect(connection, terminal);
  const [health, ingestion, breaches, runs] = await Promise.all([
    client.health(),
    client.ingestion(),
    collect(client.breaches()),
    collect(client.runs({ most: 1 })),
  ]);
  const status: Status = {
    health: health.status,
    targets: await countTargets(client, ingestion),
    ingestion,
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
