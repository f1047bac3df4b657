import { Command, Option } from 'commander';
import { PROFILES } from '../../../core/metrics/targets/target.ts';
import type { TargetAnswer } from '../../api-client/answers.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatDuration, formatPercent } from '../../terminal/format.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface Options extends ConnectionOptions {
  readonly profile?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly json?: true;
}

const STATE_COLOURS: Readonly<Record<TargetAnswer['state'], Colour | undefined>> = {
  reporting: undefined,
  late: 'yellow',
  silent: 'red',
  expired: 'gray',
};

const COLUMNS: readonly Column<TargetAnswer>[] = [
  { header: 'target', text: ({ id }) => id, shrinks: true },
  { header: 'profile', text: ({ profile }) => profile, optional: true },
  { header: 'metrics', text: ({ metrics }) => metrics.map(({ name }) => name).join(' '), shrinks: true },
  { header: 'notices', text: ({ notices = [] }) => notices.map(({ code }) => code).join(' ') },
  { header: 'last seen', text: ({ lastSeen }) => lastSeen.slice(5, 16).replace('T', ' ') },
  { header: 'lag', align: 'right', text: ({ lagSeconds }) => formatDuration(lagSeconds) },
  {
    header: 'points',
    align: 'right',
    optional: true,
    text: ({ expectedShare }) => (expectedShare === undefined ? '-' : formatPercent(expectedShare)),
  },
  { header: 'state', text: ({ state }) => state, colour: ({ state }) => STATE_COLOURS[state] },
];

/** `forestall targets`: lists the targets of a deployment. */
export const targetsCommand = (terminal: Terminal): Command =>
  withConnection(new Command('targets'))
    .description('list the targets of a deployment')
    .addOption(new Option('--profile <profile>', 'only this profile').choices(PROFILES))
    .option('--search <text>', 'only targets whose ID contains this text')
    .option('--limit <n>', 'maximum number of targets', wholeNumber(1, 1_000_000))
    .option('--json', 'print one JSON object per line and target')
    .action(({ profile, search, limit, json, ...connection }: Options) =>
      printList(
        connect(connection, terminal).targets({ profile, search, most: limit }),
        {
          columns: COLUMNS,
          empty: 'no targets yet: send some data with `forestall ingest`',
          json: json === true,
        },
        terminal,
      ),
    );
