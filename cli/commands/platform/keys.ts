import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { SCOPES, type Scope, scopesOf } from '../../../core/platform/permissions.ts';
import { INSTANT_RANGE, parseInstant } from '../../../core/shared/instant.ts';
import type { ApiKeyAnswer, IssuedApiKeyAnswer } from '../../api-client/answers.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import { ApiRequestError } from '../../api-client/api-error.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { numberUpTo, wholeNumber } from '../shared/option-values.ts';

interface ShowOptions extends ConnectionOptions {
  readonly json?: true;
}
interface CreateOptions extends ShowOptions {
  readonly scopes: readonly Scope[];
  readonly expires?: number;
}
interface RotateOptions extends ShowOptions {
  readonly overlap: number;
}

const DAY_MS = 86_400_000;

const isScope = (text: string): text is Scope => SCOPES.some((scope) => scope === text);

const parseScopes = (text: string): readonly Scope[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.every(isScope)) return scopesOf(names);
  throw new InvalidArgumentError(`Expected scopes separated by commas: ${SCOPES.join(', ')}.`);
};

const scopesText = (scopes: readonly Scope[]): string =>
  scopes.length === SCOPES.length ? 'all' : scopes.join(',');

/** A replaced key stays valid until it expires. */
const stateText = ({ state, replacedBy }: ApiKeyAnswer): string =>
  state === 'active' && replacedBy !== undefined ? 'replaced' : state;

/** IDs are never shortened, so that they can be copied. */
const KEY_COLUMNS: readonly Column<ApiKeyAnswer>[] = [
  { header: 'id', text: ({ id }) => id },
  { header: 'name', text: ({ name }) => name, shrinks: true },
  { header: 'scopes', text: ({ scopes }) => scopesText(scopes) },
  { header: 'state', text: stateText, colour: ({ state }) => (state === 'active' ? 'green' : 'gray') },
  { header: 'expires', text: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? '-' },
  { header: 'last used', text: ({ lastUsedAt }) => lastUsedAt?.slice(5, 16).replace('T', ' ') ?? '-' },
];

const authorText = ({ createdBy: { kind, name, keyId } }: ApiKeyAnswer): string =>
  keyId === undefined ? `${kind} ${name}` : `key ${keyId}`;

/** To find what an intruder has created. */
const ORIGIN_COLUMNS: readonly Column<ApiKeyAnswer>[] = [
  ...KEY_COLUMNS.slice(0, 4),
  { header: 'created', text: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
  { header: 'by', text: authorText },
];

/** The key alone goes to stdout, so that it can be assigned; what to know about it goes to stderr. */
const printIssued = (issued: IssuedApiKeyAnswer, json: boolean, terminal: Terminal): void => {
  const { id, name, scopes, apiKey } = issued;
  printLine(terminal.stdout, json ? jsonText(issued) : apiKey);
  if (json) return;
  printLine(
    terminal.stderr,
    `forestall: API key ${id} (${name}: ${scopes.join(', ')}); shown only this once`,
  );
};

const create = async (name: string, options: CreateOptions, terminal: Terminal): Promise<void> => {
  const { scopes, expires, json, ...connection } = options;
  const expiresAt = expires === undefined ? undefined : new Date(Date.now() + expires * DAY_MS).toISOString();
  // A retried request creates no second key.
  const once = randomUUID();
  const issued = await connect(connection, terminal).createApiKey({ name, scopes, expiresAt }, once);
  printIssued(issued, json === true, terminal);
};

const rotate = async (
  id: string,
  { overlap, json, ...connection }: RotateOptions,
  terminal: Terminal,
): Promise<void> => {
  const issued = await connect(connection, terminal).rotateApiKey(id, overlap);
  printIssued(issued, json === true, terminal);
  if (json) return;
  printLine(terminal.stderr, `forestall: API key ${id} stays valid for ${overlap} h at most`);
};

const revokeOne = async (client: ApiClient, id: string, json: boolean, terminal: Terminal): Promise<void> => {
  const revoked = await client.revokeApiKey(id);
  printLine(
    terminal.stdout,
    json
      ? jsonText(revoked)
      : `${id} (${revoked.name}) is revoked: it is refused within a minute, and the last token that it got within an hour`,
  );
};

/** 404: there is no such key; 400: its id is malformed. Any other failure may be that of each key. */
const isOfOneKey = (error: unknown): error is ApiRequestError =>
  error instanceof ApiRequestError && [400, 404].includes(error.status);

const said = (ids: readonly string[]): string => (ids.length === 0 ? 'none' : ids.join(', '));

/** Revokes as many of the keys as possible: one that cannot be revoked must not protect the others. */
const revoke = async (
  given: readonly string[],
  { json, ...connection }: ShowOptions,
  terminal: Terminal,
): Promise<void> => {
  const client = connect(connection, terminal);
  const ids = [...new Set(given)];
  const [revoked, unknown]: [string[], string[]] = [[], []];
  for (const [at, id] of ids.entries()) {
    try {
      await revokeOne(client, id, json === true, terminal);
      revoked.push(id);
    } catch (error) {
      if (ids.length === 1) throw error;
      if (!isOfOneKey(error)) {
        printLine(
          terminal.stderr,
          `forestall: not revoked: ${said([...unknown, ...ids.slice(at)])}; revoked: ${said(revoked)}`,
        );
        throw error;
      }
      unknown.push(id);
    }
  }
  if (unknown.length > 0)
    throw new ApiRequestError(`there is no API key ${said(unknown)}; revoked: ${said(revoked)}`, 404);
};

interface ListOptions extends ShowOptions {
  readonly limit: number;
  /** Epoch seconds. */
  readonly createdSince?: number;
}

const parseTime = (text: string): number => {
  const seconds = parseInstant(text);
  if (!Number.isNaN(seconds)) return seconds;
  throw new InvalidArgumentError(`Expected ISO 8601 or epoch seconds, ${INSTANT_RANGE}.`);
};

/** The first keys that were created at `since` or later. The list is ordered by id, so all of it is read. */
async function* createdSince(keys: AsyncIterable<ApiKeyAnswer>, since: number, limit: number) {
  let found = 0;
  for await (const key of keys) {
    if (Date.parse(key.createdAt) < since * 1000) continue;
    yield key;
    found++;
    if (found === limit) return;
  }
}

const list = async (options: ListOptions, terminal: Terminal): Promise<void> => {
  const { limit, createdSince: since, json, ...connection } = options;
  const client = connect(connection, terminal);
  const [keys, columns] =
    since === undefined
      ? [client.apiKeys({ most: limit }), KEY_COLUMNS]
      : [createdSince(client.apiKeys(), since, limit), ORIGIN_COLUMNS];
  await printList(keys, { columns, empty: 'no API keys', json: json === true }, terminal);
};

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list the API keys of the tenant, without their secrets')
    .option('--limit <n>', 'maximum number of keys', wholeNumber(1, 1_000_000), 100)
    .option('--created-since <time>', 'only keys created then or later, with their author', parseTime)
    .option('--json', 'print one JSON object per line and key')
    .action((options: ListOptions) => list(options, terminal));

const createCommand = (terminal: Terminal): Command =>
  withConnection(new Command('create'))
    .description('create an API key and print it, once')
    .argument('<name>', "label of the key's user, such as collector")
    .requiredOption('--scopes <list>', `what it may do, of ${SCOPES.join(', ')}`, parseScopes)
    .option('--expires <days>', 'days after which it expires (default: never)', numberUpTo(0, 3650))
    .option('--json', 'print one JSON object')
    .action((name: string, options: CreateOptions) => create(name, options, terminal));

const rotateCommand = (terminal: Terminal): Command =>
  withConnection(new Command('rotate'))
    .description('replace an API key by a new one and print that; both are valid during the overlap')
    .argument('<id>', 'ID of the API key')
    .option('--overlap <hours>', 'hours for which the replaced key stays valid', wholeNumber(0, 720), 24)
    .option('--json', 'print one JSON object')
    .action((id: string, options: RotateOptions) => rotate(id, options, terminal));

const revokeCommand = (terminal: Terminal): Command =>
  withConnection(new Command('revoke'))
    .description('revoke API keys; they are refused within a minute')
    .argument('<id...>', 'IDs of the API keys')
    .option('--json', 'print one JSON object per line and key')
    .action((ids: readonly string[], options: ShowOptions) => revoke(ids, options, terminal));

/** `forestall keys [list|create|rotate|revoke]`: API keys of the tenant. */
export const keysCommand = (terminal: Terminal): Command =>
  new Command('keys')
    .description('list, create, rotate and revoke API keys')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(createCommand(terminal))
    .addCommand(rotateCommand(terminal))
    .addCommand(revokeCommand(terminal));
