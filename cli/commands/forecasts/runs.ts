import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import type { RunAnswer } from '../../api-client/answers.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import { ApiRequestError } from '../../api-client/api-error.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatDuration } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface ShowOptions extends ConnectionOptions {
  readonly json?: true;
}
interface StartOptions extends ShowOptions {
  readonly wait?: true;
  readonly timeout: number;
}

const POLL_MILLISECONDS = 1000;
const STATUS_COLOURS: Readonly<Record<RunAnswer['status'], Colour>> = {
  RUNNING: 'cyan',
  SUCCEEDED: 'green',
  PARTIAL: 'yellow',
  FAILED: 'red',
};

const lengthOf = ({ startedAt, finishedAt }: RunAnswer): string =>
  finishedAt ? formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000) : '-';

/** Columns of a list of runs. */
export const RUN_COLUMNS: readonly Column<RunAnswer>[] = [
  { header: 'run', text: ({ id }) => id, shrinks: true },
  { header: 'status', text: ({ status }) => status, colour: ({ status }) => STATUS_COLOURS[status] },
  { header: 'by', text: ({ trigger }) => trigger },
  { header: 'took', align: 'right', text: lengthOf },
  { header: 'targets', align: 'right', text: ({ targets }) => String(targets) },
  { header: 'forecasts', align: 'right', text: ({ forecasts }) => String(forecasts) },
  { header: 'breaches', align: 'right', text: ({ breaches }) => String(breaches) },
  { header: 'failed', align: 'right', text: ({ failed }) => String(failed) },
];

const printRun = async (run: RunAnswer, json: boolean, terminal: Terminal): Promise<void> => {
  const failures = (run.failures ?? []).map(
    ({ target, metric, reason }) => `${target}${metric ? ` ${metric}` : ''}: ${reason}`,
  );
  const text = json ? [jsonText(run)] : [...renderTable(RUN_COLUMNS, [run], terminal), ...failures];
  await new LineWriter(terminal.stdout).lines(text);
};

/** A run that was just started may not be stored yet. */
const findRun = async (client: ApiClient, id: string): Promise<RunAnswer | undefined> => {
  try {
    return await client.run(id);
  } catch (error) {
    if (error instanceof ApiRequestError && error.status === 404) return undefined;
    throw error;
  }
};

/**
 * Polls every second until a run has ended. Tests replace `sleep` and `now` (milliseconds).
 * @throws DependencyUnavailableError if it has not ended after `timeoutSeconds`
 */
export const waitForRun = async (
  client: ApiClient,
  id: string,
  timeoutSeconds: number,
  sleep: (milliseconds: number) => Promise<unknown> = wait,
  now: () => number = () => performance.now(),
): Promise<RunAnswer> => {
  const deadline = now() + timeoutSeconds * 1000;
  while (now() < deadline) {
    const run = await findRun(client, id);
    if (run !== undefined && run.status !== 'RUNNING') return run;
    await sleep(POLL_MILLISECONDS);
  }
  throw new DependencyUnavailableError(
    `run ${id} did not end within ${timeoutSeconds} s; it may still be running: forestall runs show ${id}`,
  );
};

const start = async (options: StartOptions, terminal: Terminal): Promise<void> => {
  const client = connect(options, terminal);
  const started = await client.startRun(randomUUID());
  if (!options.wait) {
    printLine(terminal.stdout, options.json ? jsonText(started) : started.id);
    return;
  }
  const run = await waitForRun(client, started.id, options.timeout);
  await printRun(run, options.json === true, terminal);
  if (run.status === 'FAILED') throw new DependencyUnavailableError(`run ${run.id} failed`);
};

const show = async (id: string, options: ShowOptions, terminal: Terminal): Promise<void> =>
  printRun(await connect(options, terminal).run(id), options.json === true, terminal);

const startCommand = (terminal: Terminal): Command =>
  withConnection(new Command('start'))
    .description('start a forecast run and print its ID')
    .option('--wait', 'wait until the run has ended, and print it')
    .option('--timeout <seconds>', 'maximum wait', wholeNumber(1, 86_400), 900)
    .option('--json', 'print one JSON object')
    .action((options: StartOptions) => start(options, terminal));

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description('print one run with its failures')
    .argument('<id>', 'run ID')
    .option('--json', 'print one JSON object')
    .action((id: string, options: ShowOptions) => show(id, options, terminal));

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list forecast runs, newest first')
    .option('--limit <n>', 'maximum number of runs', wholeNumber(1, 1_000_000), 20)
    .option('--json', 'print one JSON object per line and run')
    .action(({ limit, json, ...connection }: ShowOptions & { readonly limit: number }) =>
      printList(
        connect(connection, terminal).runs({ most: limit }),
        {
          columns: RUN_COLUMNS,
          empty: 'no runs yet: start one with `forestall runs start`',
          json: json === true,
        },
        terminal,
      ),
    );

/** `forestall runs [list|start|show ID]`: forecast runs of a deployment. */
export const runsCommand = (terminal: Terminal): Command =>
  new Command('runs')
    .description('list, start and show forecast runs')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(startCommand(terminal))
    .addCommand(showCommand(terminal));
