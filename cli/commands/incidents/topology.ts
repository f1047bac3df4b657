import { Command } from 'commander';
import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { TopologyAnswer } from '../../api-client/answers.ts';
import type { CallRequest } from '../../api-client/requests.ts';
import { readJsonFile } from '../../input/json-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount, formatPercent } from '../../terminal/format.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}
type Call = TopologyAnswer['edges'][number];

const COLUMNS: readonly Column<Call>[] = [
  { header: 'caller', text: ({ caller }) => caller, shrinks: true },
  { header: 'callee', text: ({ callee }) => callee, shrinks: true },
  { header: 'source', text: ({ source }) => source },
  { header: 'confidence', text: ({ confidence }) => formatPercent(confidence), align: 'right' },
  { header: 'calls', text: ({ calls }) => (calls === null ? '-' : String(calls)), align: 'right' },
];

/** Either form: the body of `PUT /v1/topology`, or its list of calls. */
const Calls = z.array(
  z.strictObject({ caller: z.string(), callee: z.string(), absent: z.boolean().optional() }),
);
const TopologyFile = z.union([Calls, z.strictObject({ edges: Calls }).transform(({ edges }) => edges)]);
const EXPECTED = 'calls: [{"caller": "web", "callee": "db"}, ...]';

const callsIn = async (file: string, terminal: Terminal): Promise<readonly CallRequest[]> => {
  const parsed = TopologyFile.safeParse(await readJsonFile(file, terminal.stdin, EXPECTED));
  if (!parsed.success) throw new InvalidInputError(`${file}: expected ${EXPECTED}`);
  return parsed.data.map(({ absent, ...call }) => (absent === undefined ? call : { ...call, absent }));
};

const show = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const client = connect(connection, terminal);
  const calls = async function* () {
    yield* (await client.topology()).edges;
  };
  await printList(calls(), { columns: COLUMNS, empty: 'no calls are known', json: json === true }, terminal);
};

const declare = async (file: string, { json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const calls = await callsIn(file, terminal);
  const stored = await connect(connection, terminal).declareTopology(calls);
  const text = `${formatCount(calls.length, 'call')} declared; ${formatCount(stored.edges.length, 'call')} known`;
  printLine(terminal.stdout, json ? jsonText(stored) : text);
};

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description('list the calls between targets: declared, and learned from traces')
    .option('--json', 'print one JSON object per line and call')
    .action((options: Options) => show(options, terminal));

const declareCommand = (terminal: Terminal): Command =>
  withConnection(new Command('declare'))
    .description('replace the declared calls by those of a file; calls learned from traces stay')
    .argument('<file>', 'JSON file with a list of {"caller", "callee", "absent"?}, or - for standard input')
    .option('--json', 'print the resulting topology as one JSON object')
    .action((file: string, options: Options) => declare(file, options, terminal));

/** `forestall topology`: which target calls which, as diagnosis sees it. */
export const topologyCommand = (terminal: Terminal): Command =>
  new Command('topology')
    .description('show and declare the calls between targets')
    .addCommand(showCommand(terminal), { isDefault: true })
    .addCommand(declareCommand(terminal));
