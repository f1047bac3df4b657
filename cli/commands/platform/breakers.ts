import { Command, Option } from 'commander';
import { BREAKER_STATES, type ShownState } from '../../../core/platform/api/breakers.ts';
import type { BreakerAnswer } from '../../api-client/answers.ts';
import type { Colour } from '../../terminal/colour.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface Options extends ConnectionOptions {
  readonly state?: ShownState;
  readonly limit: number;
  readonly json?: true;
}

const STATE_COLOURS: Readonly<Record<ShownState, Colour>> = {
  closed: 'green',
  open: 'red',
  'half-open': 'yellow',
};

const timeText = (instant: string | undefined): string => instant?.slice(5, 19).replace('T', ' ') ?? '-';

const COLUMNS: readonly Column<BreakerAnswer>[] = [
  { header: 'kind', text: ({ kind }) => kind },
  { header: 'dependency', text: ({ name }) => name, shrinks: true },
  { header: 'state', text: ({ state }) => state, colour: ({ state }) => STATE_COLOURS[state] },
  { header: 'since (UTC)', text: ({ since }) => timeText(since) },
  { header: 'next probe', text: ({ nextProbeAt }) => timeText(nextProbeAt) },
  { header: 'reason', text: ({ reason }) => reason ?? '-', shrinks: true },
];

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list circuit breakers that changed within a week, by kind and name')
    .addOption(new Option('--state <state>', 'only those in this state').choices(BREAKER_STATES))
    .option('--limit <n>', 'maximum number of breakers', wholeNumber(1, 1_000_000), 100)
    .option('--json', 'print one JSON object per line and breaker')
    .action(({ state, limit, json, ...connection }: Options) =>
      printList(
        connect(connection, terminal).breakers({ state, most: limit }),
        { columns: COLUMNS, empty: 'no circuit breaker found', json: json === true },
        terminal,
      ),
    );

/** `forestall breakers [list]`: which dependencies are not called, since when and why. */
export const breakersCommand = (terminal: Terminal): Command =>
  new Command('breakers')
    .description('list circuit breakers: which dependencies are not called, since when and why')
    .addCommand(listCommand(terminal), { isDefault: true });
