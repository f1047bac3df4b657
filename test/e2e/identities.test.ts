/** Keys with scopes and signed-in people against the deployment, with the real verification of both. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { signIn } from './people.ts';
import { newKey, useSession } from './pipeline-client.ts';

const session = inject('session');
const [ACME, GLOBEX] = ['e2e-people-acme', 'e2e-people-globex'];

const ask = async (credential: string, method: string, path: string, body?: object, headers = {}) => {
  const answer = await fetch(`${session.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};

const SETTINGS = { version: 0, thresholds: [] };
let admin: ApiClient;
let adminKey: string;

beforeAll(async () => {
  useSession(session);
  adminKey = await newKey(session, ACME);
  admin = new ApiClient({ url: session.url, apiKey: adminKey });
});

describe('an API key', () => {
  it('may do what its scopes say, and nothing else', async () => {
    const { apiKey } = await admin.createApiKey({ name: 'reader', scopes: ['read'] }, randomUUID());
    expect((await ask(apiKey, 'GET', '/v1/targets')).status).toBe(200);
    for (const [method, path] of [
      ['PUT', '/v1/settings'],
      ['POST', '/v1/ingest/json'],
      ['POST', '/v1/forecast-runs'],
      ['POST', '/v1/changes'],
      ['GET', '/v1/api-keys'],
      ['GET', '/v1/webhooks/signing-keys'],
    ] as const)
      expect(await ask(apiKey, method, path, method === 'GET' ? undefined : {})).toMatchObject({
        ...{ status: 403, body: { code: 'forbidden' } },
      });
  });

  it('is valid beside its successor, and refused within a minute after it is revoked', async () => {
    const old = await admin.createApiKey({ name: 'collector', scopes: ['read'] }, randomUUID());
    const next = await admin.rotateApiKey(old.id, 1);
    for (const { apiKey } of [old, next]) expect((await ask(apiKey, 'GET', '/v1/targets')).status).toBe(200);
    await admin.revokeApiKey(old.id);
    const revokedAt = Date.now();
    let status = 200;
    while (status !== 401 && Date.now() - revokedAt < 75_000) {
      await sleep(1_000);
      ({ status } = await ask(old.apiKey, 'GET', '/v1/targets'));
    }
    expect(status).toBe(401);
    expect(Date.now() - revokedAt).toBeLessThan(62_000);
    expect((await ask(next.apiKey, 'GET', '/v1/targets')).status).toBe(200);
    const listed = [];
    for await (const key of admin.apiKeys()) listed.push(key);
    const found = listed.find(({ id }) => id === old.id);
    expect(found).toMatchObject({ state: 'revoked', replacedBy: next.id, lastUsedAt: expect.any(String) });
  });

  it('gets no token and makes no key once it is revoked, although it was used a moment before', async () => {
    const scopes = ['read', 'administer'] as const;
    const { id, apiKey } = await admin.createApiKey({ name: 'leaver', scopes }, randomUUID());
    const mint = async () => [
      (await ask(apiKey, 'POST', '/v1/tokens', {})).status,
      (await ask(apiKey, 'POST', '/v1/api-keys', { name: 'child', scopes: ['read'] })).status,
    ];
    expect(await mint()).toEqual([201, 201]);
    await admin.revokeApiKey(id);
    expect(await mint()).toEqual([401, 401]);
  });

  it('of another tenant cannot be seen, rotated or revoked', async () => {
    const theirs = await newKey(session, GLOBEX);
    const id = theirs.split('_')[2] ?? '';
    expect((await ask(adminKey, 'DELETE', `/v1/api-keys/${id}`)).status).toBe(404);
    expect((await ask(adminKey, 'POST', `/v1/api-keys/${id}/rotate`, {})).status).toBe(404);
    expect((await ask(theirs, 'GET', '/v1/targets')).status).toBe(200);
  });
});

describe('a person', () => {
  it('reads as a viewer, and may change nothing', async () => {
    const { AccessToken } = await signIn(session, 'e2e-viewer', [`${ACME}.viewer`]);
    expect((await ask(AccessToken, 'GET', '/v1/targets')).status).toBe(200);
    expect(await ask(AccessToken, 'PUT', '/v1/settings', SETTINGS)).toMatchObject({
      ...{ status: 403, body: { detail: expect.stringContaining('permission operate') } },
    });
    expect((await ask(AccessToken, 'GET', '/v1/api-keys')).status).toBe(403);
  });

  it('changes settings as an operator, and manages keys as an admin', async () => {
    const operator = await signIn(session, 'e2e-operator', [`${ACME}.operator`]);
    expect((await ask(operator.AccessToken, 'PUT', '/v1/settings', SETTINGS)).status).toBe(200);
    expect((await ask(operator.AccessToken, 'POST', '/v1/api-keys', {})).status).toBe(403);
    const { AccessToken } = await signIn(session, 'e2e-admin', [`${ACME}.admin`]);
    const order = { name: 'of a person', scopes: ['ingest'] };
    expect(await ask(AccessToken, 'POST', '/v1/api-keys', order)).toMatchObject({
      ...{ status: 201, body: { createdBy: { kind: 'person', name: 'e2e-admin' } } },
    });
  });

  it('of two tenants names one, and never another', async () => {
    const { AccessToken } = await signIn(session, 'e2e-both', [`${ACME}.viewer`, `${GLOBEX}.operator`]);
    const as = (tenant: string) =>
      ask(AccessToken, 'PUT', '/v1/settings', SETTINGS, { 'forestall-tenant': tenant });
    expect((await ask(AccessToken, 'GET', '/v1/targets')).status).toBe(400);
    expect((await as(GLOBEX)).status).toBe(200);
    expect((await as(ACME)).status).toBe(403);
    const [known, unknown] = [await as('local'), await as('no-such-tenant')];
    expect(known).toEqual(unknown);
    expect(known.status).toBe(403);
  });

  it('is not let in with an ID token, and sends no metrics', async () => {
    const { IdToken, AccessToken } = await signIn(session, 'e2e-tokens', [`${ACME}.admin`]);
    expect((await ask(IdToken, 'GET', '/v1/targets')).status).toBe(401);
    expect((await ask(AccessToken, 'POST', '/v1/ingest/json', { points: [] })).status).toBe(401);
  });
});
