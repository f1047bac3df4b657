import { describe, expect, it } from 'vitest';
import { ApiKeyPage, ApiKeyView, IssuedApiKey } from '../../../../core/platform/api/api-keys.ts';
import { hashApiKey, keyIdFor, readApiKey } from '../../../../core/platform/api-key.ts';
import type { Identity } from '../../../../core/platform/identity.ts';
import { SCOPES, type Scope } from '../../../../core/platform/permissions.ts';
import { makeHandler } from '../../../../functions/platform/command-api-keys/handler.ts';
import { memoryApiKeys, memoryKeyUses, memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller, sampleKey } from '../../../fixtures/identities.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z') / 1000;
const DAY = 86_400;
const AGENTS = sampleKey('acme', 1, { scopes: ['ingest'], createdAt: NOW - DAY });
const THEIRS = sampleKey('globex', 2);
const BY = { kind: 'key', name: 'ci', keyId: keyCaller('acme').keyId };

const setup = (scopes: readonly Scope[] = SCOPES, more: Partial<Identity> = {}) => {
  const { keys, stored } = memoryApiKeys([AGENTS.key, THEIRS.key]);
  const { uses } = memoryKeyUses();
  const log = recordedTelemetry();
  let drawn = 10;
  const handler = makeHandler({
    authenticate: async () => ({ ...keyCaller('acme', 'ci', scopes), ...more }),
    quotas: memoryQuotas(),
    ...{ keys, uses, telemetry: log.telemetry, now: () => NOW * 1000 },
    random: (bytes) => new Uint8Array(bytes).fill(drawn++),
  });
  const send = async (method: string, path: string, body?: unknown, once?: string) => {
    const headers = once === undefined ? {} : { 'idempotency-key': once };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await handler(httpEvent(method, path, { headers, ...text }));
    return { status: reply.statusCode, body: JSON.parse(reply.body) };
  };
  return { keys, stored, uses, send, log };
};

const pathOf = ({ key }: typeof AGENTS, action = '') => `/v1/api-keys/${key.keyId}${action}`;

describe('POST /v1/api-keys', () => {
  it('creates a key, and returns it once', async () => {
    const { send, stored, log } = setup();
    const { status, body } = await send('POST', '/v1/api-keys', {
      ...{ name: ' collector ', scopes: ['read', 'ingest'], expiresAt: '2027-01-01T00:00:00Z' },
    });
    expect(status).toBe(201);
    expect(IssuedApiKey.strict().parse(body)).toMatchObject({
      ...{ name: 'collector', scopes: ['ingest', 'read'], state: 'active', createdBy: BY },
      ...{ createdAt: '2026-11-29T12:00:00.000Z', expiresAt: '2027-01-01T00:00:00.000Z' },
    });
    expect(readApiKey(body.apiKey)).toEqual({ tenantId: 'acme', keyId: body.id });
    expect(stored.get(`acme ${body.id}`)?.hash).toBe(hashApiKey(body.apiKey));
    const { body: page } = await send('GET', '/v1/api-keys');
    expect(ApiKeyPage.parse(page).items.map(({ id }) => id)).toContain(body.id);
    expect(JSON.stringify([page, log.lines])).not.toContain(body.apiKey.slice(-43));
    expect(JSON.stringify([page, log.lines])).not.toContain(hashApiKey(body.apiKey));
    expect(log.lines).toMatchObject([
      { message: 'API key created', fields: { tenantId: 'acme', keyId: body.id, by: BY } },
    ]);
  });

  it('creates one key for each Idempotency-Key', async () => {
    const { send, stored } = setup();
    const order = { name: 'collector', scopes: ['ingest'] };
    expect((await send('POST', '/v1/api-keys', order, 'k')).body.id).toBe(keyIdFor('acme', 'k'));
    const { status, body } = await send('POST', '/v1/api-keys', order, 'k');
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toContain(`created API key ${keyIdFor('acme', 'k')}`);
    expect(stored.size).toBe(3);
    expect((await send('POST', '/v1/api-keys', order, 'k2')).status).toBe(201);
  });

  it('gives no scope that the caller lacks', async () => {
    const { send, stored } = setup(['administer', 'read']);
    const { status, body } = await send('POST', '/v1/api-keys', { name: 'a', scopes: ['read', 'operate'] });
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('needs the scope operate');
    expect(stored.size).toBe(2);
    expect((await send('POST', '/v1/api-keys', { name: 'a', scopes: ['read'] })).status).toBe(201);
  });

  it.each([
    [{ scopes: ['read'] }, 'name'],
    [{ name: 'a' }, 'scopes'],
    [{ name: 'a', scopes: [] }, 'scopes'],
    [{ name: 'a', scopes: ['root'] }, 'scopes.0'],
    [{ name: 'a\u001b[2J', scopes: ['read'] }, 'name'],
    [{ name: 'a', scopes: ['read'], expiresAt: 'soon' }, 'expiresAt'],
    [{ name: 'a', scopes: ['read'], expiresAt: '2026-11-29T12:00:00Z' }, 'expiresAt'],
    [{ name: 'a', scopes: ['read'], tenantId: 'globex' }, 'tenantId'],
    [{ name: 'a', scopes: ['read'], keyId: 'aaaaaaaaaaaa' }, 'keyId'],
    [{ name: 'a', scopes: ['read'], createdBy: 'root' }, 'createdBy'],
  ])('rejects %j, naming %s', async (order, field) => {
    const { send, stored } = setup();
    expect(await send('POST', '/v1/api-keys', order)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
    expect(stored.size).toBe(2);
  });
});

describe('GET /v1/api-keys', () => {
  it('lists the keys of the tenant with their last use, page by page', async () => {
    const { send, uses } = setup();
    await uses.record('acme', AGENTS.key.keyId, NOW - 60);
    await send('POST', '/v1/api-keys', { name: 'b', scopes: ['read'] });
    const first = await send('GET', '/v1/api-keys');
    expect(first.body.items).toMatchObject([
      { id: AGENTS.key.keyId, name: 'agents', scopes: ['ingest'], lastUsedAt: '2026-11-29T11:59:00.000Z' },
      { name: 'b' },
    ]);
    for (const item of first.body.items) expect(ApiKeyView.strict().safeParse(item).success).toBe(true);
  });

  it.each(SCOPES.filter((scope) => scope !== 'administer'))(
    'is forbidden with the scope %s',
    async (scope) => {
      expect((await setup([scope]).send('GET', '/v1/api-keys')).status).toBe(403);
    },
  );
});

describe('POST /v1/api-keys/{keyId}/rotate', () => {
  it('replaces a key; both are valid for a day', async () => {
    const { send, keys, log } = setup();
    const { status, body } = await send('POST', pathOf(AGENTS, '/rotate'), {});
    expect(status).toBe(201);
    expect(IssuedApiKey.strict().parse(body)).toMatchObject({
      name: 'agents',
      scopes: ['ingest'],
      createdBy: BY,
    });
    expect(body.expiresAt).toBeUndefined();
    const replaced = await keys.find('acme', AGENTS.key.keyId);
    expect(replaced).toEqual({ ...AGENTS.key, validUntil: NOW + DAY, replacedBy: body.id });
    expect(log.lines[0]?.fields).toMatchObject({ keyId: body.id, by: BY });
  });

  it('keeps the lifetime of a key, and never makes the replaced one valid for longer', async () => {
    const { send, stored, keys } = setup();
    stored.set(`acme ${AGENTS.key.keyId}`, { ...AGENTS.key, validUntil: NOW + 60 });
    const { body } = await send('POST', pathOf(AGENTS, '/rotate'), { overlapHours: 720 });
    expect(Date.parse(body.expiresAt) / 1000).toBe(NOW + DAY + 60);
    expect(await keys.find('acme', AGENTS.key.keyId)).toMatchObject({ validUntil: NOW + 60 });
  });

  it('without an overlap ends the replaced key at once', async () => {
    const { send } = setup();
    await send('POST', pathOf(AGENTS, '/rotate'), { overlapHours: 0 });
    const { body } = await send('GET', '/v1/api-keys');
    expect(body.items[0]).toMatchObject({ id: AGENTS.key.keyId, state: 'expired' });
  });

  it('replaces a key once, and names its successor', async () => {
    const { send, stored } = setup();
    const { body } = await send('POST', pathOf(AGENTS, '/rotate'), {});
    expect(await send('POST', pathOf(AGENTS, '/rotate'), {})).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining(`replaced by ${body.id}`) },
    });
    expect(stored.size).toBe(3);
  });

  it.each([
    [{ revokedAt: NOW }, 'revoked'],
    [{ validUntil: NOW }, 'expired'],
  ])('rejects a key that is not active: %j', async (over, state) => {
    const { send, stored } = setup();
    stored.set(`acme ${AGENTS.key.keyId}`, { ...AGENTS.key, ...over });
    expect(await send('POST', pathOf(AGENTS, '/rotate'), {})).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(state) },
    });
  });

  it('gives no key with a scope that the caller lacks', async () => {
    const { send, stored } = setup(['administer']);
    expect(await send('POST', pathOf(AGENTS, '/rotate'), {})).toMatchObject({ status: 403 });
    expect(stored.size).toBe(2);
  });

  it.each([[{ overlapHours: -1 }], [{ overlapHours: 721 }], [{ overlapHours: '1' }], [{ hours: 1 }]])(
    'rejects %j',
    async (body) => {
      expect((await setup().send('POST', pathOf(AGENTS, '/rotate'), body)).status).toBe(400);
    },
  );
});

describe('DELETE /v1/api-keys/{keyId}', () => {
  it('revokes a key once, and keeps who did it', async () => {
    const { send, keys, log } = setup(['administer']);
    const first = await send('DELETE', pathOf(AGENTS));
    expect(first.status).toBe(200);
    expect(ApiKeyView.strict().parse(first.body)).toMatchObject({
      ...{ state: 'revoked', revokedAt: '2026-11-29T12:00:00.000Z', revokedBy: BY },
    });
    expect(await send('DELETE', pathOf(AGENTS))).toEqual(first);
    expect(await keys.find('acme', AGENTS.key.keyId)).toMatchObject({ revokedAt: NOW });
    expect(log.lines[0]).toMatchObject({ message: 'API key revoked', fields: { by: BY } });
  });
});

describe('a key that expires', () => {
  const expiring = { until: NOW + DAY };
  const order = { name: 'child', scopes: ['read'] };
  const end = new Date((NOW + DAY) * 1000).toISOString();

  it('makes keys that end with it, unless they end before', async () => {
    const { send } = setup(SCOPES, expiring);
    expect((await send('POST', '/v1/api-keys', order)).body.expiresAt).toBe(end);
    const expiresAt = '2026-11-29T13:00:00.000Z';
    expect((await send('POST', '/v1/api-keys', { ...order, expiresAt })).body.expiresAt).toBe(expiresAt);
  });

  it('makes none that outlives it', async () => {
    const { send, stored } = setup(SCOPES, expiring);
    const later = await send('POST', '/v1/api-keys', { ...order, expiresAt: '2026-11-30T12:00:01Z' });
    expect(later).toMatchObject({ status: 400, body: { errors: [{ field: 'expiresAt' }] } });
    expect(JSON.stringify(later.body)).toContain(end);
    expect(stored.size).toBe(2);
  });

  it.each([
    ['one that does not expire', {}],
    ['one that would get a later end', { validUntil: NOW + 1 }],
  ])('does not rotate %s', async (_, over) => {
    const { send, stored } = setup(SCOPES, expiring);
    stored.set(`acme ${AGENTS.key.keyId}`, { ...AGENTS.key, ...over });
    const { status, body } = await send('POST', pathOf(AGENTS, '/rotate'), {});
    expect([status, body.detail]).toEqual([403, expect.stringContaining(`expires at ${end}`)]);
    expect(stored.size).toBe(2);
  });

  it('rotates one whose successor ends before it', async () => {
    const { send, stored } = setup(SCOPES, expiring);
    stored.set(`acme ${AGENTS.key.keyId}`, { ...AGENTS.key, createdAt: NOW - 60, validUntil: NOW + 60 });
    expect((await send('POST', pathOf(AGENTS, '/rotate'), {})).status).toBe(201);
  });
});

describe('a person', () => {
  it('makes keys that outlive the sign-in, and is their author', async () => {
    const { send } = setup(SCOPES, { kind: 'person', name: 'ada', keyId: undefined, until: NOW + 60 });
    const { status, body } = await send('POST', '/v1/api-keys', { name: 'a', scopes: ['read'] });
    expect([status, body.expiresAt, body.createdBy]).toEqual([
      201,
      undefined,
      { kind: 'person', name: 'ada' },
    ]);
  });
});

describe('an access token', () => {
  it.each([
    ['POST', '/v1/api-keys', { name: 'a', scopes: ['read'] }],
    ['POST', pathOf(AGENTS, '/rotate'), {}],
    ['DELETE', pathOf(AGENTS), undefined],
  ])('changes no key, whatever it allows: %s %s', async (method, path, body) => {
    const { send, stored } = setup(SCOPES, { kind: 'token' });
    const before = new Map(stored);
    expect((await send(method, path, body)).status).toBe(403);
    expect(stored).toEqual(before);
  });
});

describe("another tenant's key", () => {
  it.each([
    ['POST', '/rotate', {}],
    ['DELETE', '', undefined],
  ])('is unknown to %s %s', async (method, action, body) => {
    const { send, stored } = setup();
    const before = new Map(stored);
    const theirs = await send(method, pathOf(THEIRS, action), body);
    const none = await send(method, `/v1/api-keys/zzzzzzzzzzzz${action}`, body);
    expect(theirs.status).toBe(404);
    expect(theirs.body.detail.replace(THEIRS.key.keyId, 'zzzzzzzzzzzz')).toBe(none.body.detail);
    expect(stored).toEqual(before);
  });
});
