/**
 * Each operation of the API with the identity of one tenant and the ids, cursors and Idempotency-Keys of another: the
 * answer is the same as for an id that nobody has, and nothing of the other tenant changes.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { OPERATIONS } from '../../core/api/operations.ts';
import type { Operation } from '../../core/platform/api/operation.ts';
import { invokeAsAction } from './alarm-ways.ts';
import { drained, finishedRun, newKey, useSession } from './pipeline-client.ts';

const session = inject('session');
/** Owns the alarms of the account, and therefore has incidents. */
const THEIRS = 'local';
const OURS = 'e2e-isolation';
const now = Math.floor(Date.now() / 300_000) * 300;

let key: string;
let ids: Readonly<Record<string, string>>;

const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${session.url}${path}`, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
};

/** Written by the use of a key, and by schedules. */
const NOT_THEIR_DATA = /^(?:QUOTA|KEYUSE|RESPONSE|NOTED)#|^INGESTION$/;

/** Their items in all tables: key -> hash of the content. */
const theirItems = async (): Promise<Readonly<Record<string, string>>> => {
  const dynamo = new DynamoDBClient();
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
  const found: Record<string, string> = {};
  for (const TableName of TableNames.filter((name) => name.startsWith('Forestall-local'))) {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName }));
    for (const item of Items) {
      const [pk = '', sk = ''] = [item.pk?.S, item.sk?.S];
      if (!new RegExp(`^T#${THEIRS}(#|$)`).test(pk) || NOT_THEIR_DATA.test(sk)) continue;
      found[`${pk} ${sk}`] = createHash('sha256').update(JSON.stringify(item)).digest('hex');
    }
  }
  return found;
};

/** Their items once nothing changes them any more, such as a diagnosis of their incident. */
const settledItems = async (): Promise<Readonly<Record<string, string>>> => {
  let items = await theirItems();
  for (let waited = 0; waited < 30; waited++) {
    await sleep(2_000);
    const next = await theirItems();
    if (JSON.stringify(next) === JSON.stringify(items)) return next;
    items = next;
  }
  throw new Error('the items of the other tenant keep changing');
};

const firstOf = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
  for await (const item of items) return item;
  return undefined;
};

const openIncident = async (client: ApiClient): Promise<string> => {
  await invokeAsAction(session, 'isolation-alarm', 'isolation-function', now);
  for (let waited = 0; waited < 60; waited++) {
    const incident = await firstOf(client.incidents());
    if (incident !== undefined) return incident.id;
    await sleep(1_000);
  }
  throw new Error('the alarm opened no incident');
};

beforeAll(async () => {
  useSession(session);
  key = await newKey(session, OURS);
  const client = new ApiClient({ url: session.url, apiKey: session.apiKey });
  const points = Array.from({ length: 24 }, (_, i) => ({
    ...{ target: 'isolated-host', metric: 'cpu_percent', timestamp: now - i * 300, value: i },
  }));
  await client.ingest({ format: 'json', body: JSON.stringify({ points }) });
  await drained();
  const change = await client.recordChange({ target: 'isolated-host', summary: 'v2', kind: 'configuration' });
  const run = await finishedRun(client, (await client.startRun('isolation')).id);
  const apiKey = await firstOf(client.apiKeys());
  const person = await fetch(`${session.url}/v1/scim/v2/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userName: 'isolated@example.com' }),
  });
  ids = {
    id: JSON.parse(await person.text()).id,
    targetId: 'isolated-host',
    changeId: change.id,
    runId: run.id,
    incidentId: await openIncident(client),
    keyId: apiKey?.id ?? '',
    tenantId: THEIRS,
  };
  await settledItems();
});

const STRANGE: Readonly<Record<string, string>> = { keyId: 'zzzzzzzzzzzz', id: '0'.repeat(24) };

/** An id of the same form that nobody has. */
const strange = (name: string, id: string): string =>
  STRANGE[name] ?? id.replaceAll(/[a-z0-9](?=[a-z0-9]*$)/g, 'q');

const BODIES: Readonly<Record<string, unknown>> = {
  transitionIncident: { to: 'acknowledged', note: 'ours' },
  rotateApiKey: {},
  replaceScimUser: { userName: 'ours' },
  patchScimUser: { Operations: [{ op: 'replace', path: 'active', value: false }] },
  replaceScimGroup: { displayName: 'forestall-admin', members: [] },
  patchScimGroup: { Operations: [{ op: 'remove', path: 'members' }] },
};
const QUERIES: Readonly<Record<string, string>> = {
  getSeries: '?metric=cpu_percent',
  getTrends: '?metric=cpu_percent',
  getForecast: '?metric=cpu_percent',
  getBaseline: '?metric=cpu_percent',
};

const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const withIds = operations.filter(([, { path }]) => path.includes('{'));

describe('an operation with the id of another tenant', () => {
  it.each(withIds)('%s answers as for an id that does not exist', async (id, { method, path }) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const filled = (idOf: (name: string) => string) =>
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(idOf(name)));
    for (const name of names) expect([name, typeof ids[name]]).toEqual([name, 'string']);
    const before = await theirItems();
    const query = QUERIES[id] ?? '';
    const theirs = await ask(method, filled((name) => ids[name] ?? '') + query, BODIES[id]);
    const missing = await ask(method, filled((name) => strange(name, ids[name] ?? '')) + query, BODIES[id]);
    const same = names.reduce(
      (text, name) => text.replaceAll(ids[name] ?? '', strange(name, ids[name] ?? '')),
      theirs.text,
    );
    expect([theirs.status, same]).toEqual([missing.status, missing.text]);
    expect(theirs.status).toBeGreaterThanOrEqual(400);
    expect(await theirItems()).toEqual(before);
  });
});

const lists = operations.filter(([, { query }]) => 'cursor' in query.shape);

describe('a list', () => {
  it.each(lists)('%s shows nothing of another tenant', async (_, { path }) => {
    const { status, text } = await ask('get', path);
    expect(status).toBe(200);
    const own = JSON.parse(text).items as readonly object[];
    // The only thing that this tenant has is its key.
    expect(own).toHaveLength(path === '/v1/api-keys' ? 1 : 0);
    for (const id of [ids.targetId, ids.runId, ids.incidentId, ids.keyId]) expect(text).not.toContain(id);
  });

  it('refuses a cursor of another tenant', async () => {
    const client = await fetch(`${session.url}/v1/api-keys?limit=1`, {
      headers: { authorization: `Bearer ${session.apiKey}` },
    });
    const { nextCursor } = JSON.parse(await client.text());
    for (const [, { path }] of lists) {
      const cursor = nextCursor ?? 'WyJ4IiwieCJd';
      const { status, text } = await ask('get', `${path}?cursor=${encodeURIComponent(cursor)}`);
      expect([path, status]).toEqual([path, 400]);
      expect(JSON.parse(text).errors).toMatchObject([{ field: 'cursor' }]);
    }
  });
});

it('a command with the Idempotency-Key of another tenant is executed', async () => {
  const body = { target: 'ours', summary: 'ours', kind: 'configuration' };
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'shared-key' };
  const first = await fetch(`${session.url}/v1/changes`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${session.apiKey}` },
    body: JSON.stringify({ ...body, summary: 'theirs' }),
  });
  expect(first.status).toBe(202);
  const ours = await ask('post', '/v1/changes', body, headers);
  expect(ours.status).toBe(202);
  expect(ours.text).not.toContain('theirs');
});

it('a body that names another tenant changes nothing there', async () => {
  await drained();
  const before = await settledItems();
  const tenant = { tenant: THEIRS, tenantId: THEIRS };
  const statuses = [
    (await ask('post', '/v1/ingest/json', { ...tenant, points: [] })).status,
    (await ask('put', '/v1/settings', { ...tenant, version: 0 })).status,
    (await ask('post', '/v1/changes', { ...tenant, target: 'x', summary: 'x' })).status,
    (await ask('post', '/v1/api-keys', { ...tenant, name: 'x', scopes: ['read'] })).status,
    (await ask('put', '/v1/topology', { ...tenant, edges: [] })).status,
  ];
  expect(statuses).toEqual([403, 400, 400, 400, 400]);
  expect(await theirItems()).toEqual(before);
});
