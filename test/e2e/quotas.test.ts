/** Quotas against the deployment: each of them refuses one tenant, says when to retry, and leaves another one alone. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { tenantPk } from '../../adapters/aws/dynamodb/item-key.ts';
import { quotaKey } from '../../adapters/platform/item-keys.ts';
import { type QuotaName, windowAt } from '../../core/platform/api/quotas.ts';
import { local } from '../../lib/config/local.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newKey, stored, useSession } from './pipeline-client.ts';

const session = inject('session');
const NEIGHBOUR = 'e2e-modest';
let dynamo: DynamoDBDocumentClient;
let TableName = '';
let neighbour = '';

beforeAll(async () => {
  useSession(session);
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  TableName = requireOutput(session.outputs, 'RequestsTableName');
  neighbour = await newKey(session, NEIGHBOUR);
});

/** A key of a tenant that used all but `left` units, in the window that ends next and in the one after it. */
const greedyTenant = async (tenantId: string, name: QuotaName, left: number): Promise<string> => {
  const now = windowAt(name, Date.now());
  for (const window of [now, windowAt(name, now.endsAt * 1000)]) {
    const drawn = local.quotas[name] - left;
    const Item = { ...quotaKey(tenantId, window), drawn, expiresAt: window.endsAt + 3_600 };
    await dynamo.send(new PutCommand({ TableName, Item }));
  }
  return newKey(session, tenantId);
};

const send = async (key: string, method: string, path: string, body?: unknown) => {
  const answer = await fetch(`${session.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return { status: answer.status, retryAfter, json: await answer.json() };
};

const sendPoints = (key: string, ...targets: string[]) => {
  const timestamp = Math.floor(Date.now() / 1000);
  const points = targets.map((target) => ({ target, metric: 'cpu', timestamp, value: 1 }));
  return send(key, 'POST', '/v1/ingest/json', { points });
};

const deployment = (id: string) => ({ id, target: 'web-1', kind: 'deployment', summary: `release ${id}` });

const sentNow = { target: 'web-1', metric: 'cpu', timestamp: Math.floor(Date.now() / 1000), value: 1 };

/** Sets of things that a tenant drew units for. */
const notedOf = async (tenantId: string): Promise<readonly unknown[]> => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': 'NOTED#' },
    }),
  );
  return Items.map(({ things }) => things);
};

describe('a tenant that used up', () => {
  it.each<[QuotaName, number, string, string, unknown]>([
    ['readsPerMinute', 60, 'GET', '/v1/targets', undefined],
    ['pointsPerMinute', 60, 'POST', '/v1/ingest/json', { points: [sentNow] }],
    ['changesPerMinute', 60, 'POST', '/v1/changes', deployment('none')],
    ['commandsPerMinute', 60, 'PUT', '/v1/settings', { version: 0, maintenance: [] }],
    ['tracesPerMinute', 60, 'POST', '/v1/traces', { Services: [] }],
    ['runsPerHour', 3_600, 'POST', '/v1/forecast-runs', undefined],
  ])(
    '%s gets 429 with the time to wait, another tenant does not',
    async (name, seconds, method, path, body) => {
      const key = await greedyTenant(`e2e-${name.toLowerCase()}`, name, 0);
      const refused = await send(key, method, path, body);
      expect(refused).toMatchObject({ status: 429, json: { code: 'quota-exceeded' } });
      expect(refused.retryAfter).toBeGreaterThan(0);
      expect(refused.retryAfter).toBeLessThanOrEqual(seconds);
      expect((await send(neighbour, method, path, body)).status).toBeLessThan(300);
    },
  );
});

describe('a directory that used up what all tenants share', () => {
  const add = (key: string, userName: string) =>
    send(key, 'POST', '/v1/scim/v2/Users', { userName, emails: [{ value: userName }] });

  it('gets 429 for lists, another one does not', async () => {
    const key = await greedyTenant('e2e-many-lists', 'directoryRequestsPerMinute', 0);
    const refused = await send(key, 'GET', '/v1/scim/v2/Users');
    expect(refused).toMatchObject({ status: 429, json: { status: '429' } });
    expect(refused.retryAfter).toBeLessThanOrEqual(60);
    expect((await send(neighbour, 'GET', '/v1/scim/v2/Users')).status).toBe(200);
  });

  it('gets 429 for people who would be mailed, another one does not', async () => {
    const key = await greedyTenant('e2e-many-invitations', 'invitationsPerDay', 1);
    expect((await add(key, 'ada@example.com')).status).toBe(201);
    expect((await add(key, 'ada@example.com')).status).toBe(409);
    expect(await add(key, 'bob@example.com')).toMatchObject({ status: 429, json: { status: '429' } });
    expect((await send(key, 'POST', '/v1/scim/v2/Users', { userName: 'cy' })).status).toBe(201);
    expect((await add(neighbour, 'bob@example.com')).status).toBe(201);
  });
});

describe('a thing draws one unit', () => {
  it('a new target, however often it is sent; further new targets are refused, known ones are not', async () => {
    const tenantId = 'e2e-many-targets';
    const key = await greedyTenant(tenantId, 'newTargetsPerDay', 1);
    expect(await sendPoints(key, 'db-1', 'db-2', 'db-3')).toMatchObject({
      status: 202,
      json: { accepted: 1, rejected: 2, errors: [{ code: 'too-many-new-targets' }, {}] },
    });
    for (let i = 0; i < 3; i++) expect((await sendPoints(key, 'db-1')).status).toBe(202);
    const refused = await sendPoints(key, 'db-4');
    expect(refused.status).toBe(429);
    expect(refused.retryAfter).toBeGreaterThan(0);
    expect((await sendPoints(neighbour, 'db-1', 'db-4')).json).toMatchObject({ accepted: 2, rejected: 0 });
    await drained();
    expect(await stored(session, tenantId)).toMatchObject({ targets: 1 });
    expect(await notedOf(tenantId)).toMatchObject([{ size: 1 }]);
  });

  it('a run, however often it is requested', async () => {
    const tenantId = 'e2e-many-runs';
    const key = await greedyTenant(tenantId, 'runsPerHour', 2);
    const minute = new Date().getMinutes();
    for (let i = 0; i < 5; i++) expect((await send(key, 'POST', '/v1/forecast-runs')).status).toBe(202);
    const minutes = 1 + ((new Date().getMinutes() - minute + 60) % 60);
    expect(await notedOf(tenantId)).toHaveLength(minutes);
  });

  it('a watched deployment, however often it is reported; further ones are recorded without a watch', async () => {
    const key = await greedyTenant('e2e-many-watches', 'watchesPerHour', 1);
    const report = async (caller: string, id: string) =>
      (await send(caller, 'POST', '/v1/changes', deployment(id))).json;
    for (let i = 0; i < 3; i++) expect(await report(key, 'one')).toMatchObject({ health: 'watching' });
    expect(await report(key, 'two')).toMatchObject({ health: 'not-watched' });
    expect(await report(neighbour, 'two')).toMatchObject({ health: 'watching' });
  });
});
