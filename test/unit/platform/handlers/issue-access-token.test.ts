import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AccessToken } from '../../../../core/platform/api/tokens.ts';
import type { Identity } from '../../../../core/platform/identity.ts';
import { formatKey } from '../../../../core/platform/secrets/key-ring.ts';
import { makeHandler } from '../../../../functions/platform/issue-access-token/handler.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { memoryRings, memorySecret } from '../../../fakes/secrets.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

const NOW = Date.UTC(2026, 10, 29);

const world = (caller: Identity = keyCaller('acme', 'ci', ['read', 'operate', 'administer'])) => {
  const clock = { now: NOW };
  const rings = memoryRings(memorySecret(formatKey(randomBytes(48), 0)));
  const { telemetry, lines } = recordedTelemetry();
  const shared = { quotas: memoryQuotas(), now: () => clock.now, telemetry };
  const serve = makeHandler({ ...shared, rings, authenticate: async () => caller });
  const post = async (body: object) => {
    const reply = await serve(httpEvent('POST', '/v1/tokens', { body: JSON.stringify(body) }));
    return { status: reply.statusCode, body: JSON.parse(reply.body) as unknown };
  };
  const none = { find: async () => undefined };
  const check = authenticate({
    keys: none,
    uses: { record: async () => {} },
    tokens: rings,
    telemetry,
    now: () => clock.now,
  });
  return { clock, post, check, lines };
};

describe('POST /v1/tokens', () => {
  it('returns a token that allows what the caller may do, but not to administer', async () => {
    const { post, check, lines } = world();
    const { status, body } = await post({});
    const { accessToken, scopes, expiresAt } = AccessToken.parse(body);
    expect([status, scopes, expiresAt]).toEqual([201, ['read', 'operate'], '2026-11-29T00:15:00.000Z']);
    expect(await check({ authorization: `Bearer ${accessToken}` })).toMatchObject({
      tenantId: 'acme',
      kind: 'token',
      grants: new Set(['read', 'operate']),
    });
    expect(await check({ 'x-api-key': accessToken })).toMatchObject({ kind: 'token' });
    expect(JSON.stringify(lines)).not.toContain(accessToken.slice(0, 30));
  });

  it('narrows scopes and lifetime', async () => {
    const { clock, post, check } = world();
    const { accessToken } = AccessToken.parse((await post({ scopes: ['read'], expiresInSeconds: 60 })).body);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect(await check(headers)).toMatchObject({ grants: new Set(['read']) });
    clock.now += 60_000;
    expect(await check(headers)).toBeUndefined();
  });

  it.each([
    [{ scopes: ['ingest'] }, 403],
    [{ scopes: ['administer'] }, 400],
    [{ scopes: ['approve'] }, 400],
    [{ scopes: [] }, 400],
    [{ expiresInSeconds: 3601 }, 400],
    [{ expiresInSeconds: 59 }, 400],
    [{ tenant: 'globex' }, 400],
  ])('refuses %j with %i', async (body, status) => {
    expect((await world().post(body)).status).toBe(status);
  });

  it('ends a token with the credential that it comes from', async () => {
    const ending: Identity = { ...keyCaller('acme', 'ci', ['read']), until: NOW / 1000 + 30 };
    const { clock, post, check } = world(ending);
    const { accessToken, expiresAt } = AccessToken.parse((await post({ expiresInSeconds: 3600 })).body);
    expect(expiresAt).toBe('2026-11-29T00:00:30.000Z');
    clock.now += 30_000;
    expect(await check({ authorization: `Bearer ${accessToken}` })).toBeUndefined();
  });

  it('gives nobody a token that administers or provisions', async () => {
    const { scopes } = AccessToken.parse((await world(keyCaller('acme')).post({})).body);
    expect(scopes).toEqual(['ingest', 'read', 'operate']);
  });

  it('refuses a token as its caller, so that no token extends its life', async () => {
    const holder: Identity = { ...keyCaller('acme', 'ci', ['read']), kind: 'token' };
    expect((await world(holder).post({})).status).toBe(403);
  });

  it('is not accepted where no tokens are', async () => {
    const { post } = world();
    const { accessToken } = AccessToken.parse((await post({})).body);
    const { telemetry } = recordedTelemetry();
    const keysOnly = authenticate({
      keys: { find: async () => undefined },
      uses: { record: async () => {} },
      telemetry,
      now: () => NOW,
    });
    expect(await keysOnly({ authorization: `Bearer ${accessToken}` })).toBeUndefined();
  });
});
