import { Command, Option } from 'commander';
import { ANOMALY_KINDS, type AnomalyKind } from '../../../core/anomalies/anomaly.ts';
import type { AnomalyAnswer } from '../../api-client/answers.ts';
import { formatNumber } from '../../terminal/format.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface Options extends ConnectionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly target?: string;
  readonly metric?: string;
  readonly kind?: AnomalyKind;
  readonly active?: true;
  readonly limit: number;
  readonly json?: true;
}

const expectedText = ({ expected }: AnomalyAnswer): string =>
  expected ? `${formatNumber(expected.lower)} to ${formatNumber(expected.upper)}` : '-';

/** Start and end; the end is unknown if the target stopped reporting. */
const timeText = ({ timestamp, active, endedAt }: AnomalyAnswer): string => {
  const end = active ? 'now' : (endedAt?.slice(11, 16) ?? '?');
  return `${timestamp.slice(5, 16).replace('T', ' ')}-${end}`;
};

/** Columns of a list of anomalies, newest first. */
export const ANOMALY_COLUMNS: readonly Column<AnomalyAnswer>[] = [
  { header: 'time (UTC)', text: timeText, colour: ({ active }) => (active ? 'yellow' : undefined) },
  { header: 'target', text: ({ target }) => target, shrinks: true },
  { header: 'metric', text: ({ metric }) => metric, shrinks: true },
  {
    header: 'kind',
    text: ({ kind, silenced }) => (silenced === undefined ? kind : 'silenced'),
    colour: ({ silenced }) => (silenced === undefined ? 'yellow' : undefined),
  },
  { header: 'score', align: 'right', text: ({ score }) => score.toFixed(1), optional: true },
  { header: 'value', align: 'right', text: ({ value }) => formatNumber(value) },
  { header: 'expected', align: 'right', text: expectedText, optional: true },
];

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list anomalies, newest first')
    .option('--from <time>', 'not before (ISO 8601 or epoch seconds)')
    .option('--to <time>', 'not after')
    .option('--target <id>', 'only this target')
    .option('--metric <name>', 'only this metric')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(ANOMALY_KINDS))
    .option('--active', 'only those that are still going on')
    .option('--limit <n>', 'maximum number of anomalies', wholeNumber(1, 1_000_000), 50)
    .option('--json', 'one JSON object per line and anomaly')
    .action(({ from, to, target, metric, kind, active, limit, json, ...connection }: Options) => {
      const filter = { from, to, target, metric, kind, ...(active && { active: 'true' as const }) };
      return printList(
        connect(connection, terminal).anomalies({ ...filter, most: limit }),
        { columns: ANOMALY_COLUMNS, empty: 'no anomaly found', json: json === true },
        terminal,
      );
    });

/** `forestall anomalies [list]`: what is unusual in a deployment. */
export const anomaliesCommand = (terminal: Terminal): Command =>
  new Command('anomalies')
    .description('list what is unusual')
    .addCommand(listCommand(terminal), { isDefault: true });
