/** Access tokens of people: the good one passes, and every token that only looks like it is refused. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cognitoPersonVerifier } from '../../../../adapters/platform/person-tokens.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';
import { memoryApiKeys, memoryKeyUses } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { sampleKey } from '../../../fixtures/identities.ts';
import { CLIENT, hostileTokens, ISSUER, jwks, POOL, signedToken } from '../../../fixtures/signed-tokens.ts';

const fetched = vi.fn<(uri: string) => Response | Promise<Response>>();

beforeEach(() => {
  fetched.mockReset().mockImplementation(() => new Response(jwks()));
  vi.stubGlobal('fetch', (uri: string) => fetched(uri));
});
afterEach(() => vi.unstubAllGlobals());

const AGENTS = sampleKey('acme', 1);

const setup = (keysOrigin?: string) => {
  const people = cognitoPersonVerifier({ userPoolId: POOL, clientId: CLIENT, keysOrigin });
  const { keys } = memoryApiKeys([AGENTS.key]);
  const { telemetry, lines } = recordedTelemetry();
  const check = authenticate({ keys, uses: memoryKeyUses().uses, people, telemetry, now: () => 0 });
  return { check, lines };
};
const bearer = (token: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...more,
});

describe('an access token', () => {
  it('identifies a person, with the permissions of their groups', async () => {
    const exp = Math.floor(Date.now() / 1000) + 1_800;
    expect(await setup().check(bearer(signedToken({ exp })))).toEqual({
      ...{ tenantId: 'acme', kind: 'person', name: 'ada', grants: new Set(['read']), until: exp },
    });
    const groups = ['acme.viewer', 'acme.admin', 'other', 'x.root', 'acme.', '.admin', 'A.admin'];
    const admin = await setup().check(bearer(signedToken({ 'cognito:groups': groups })));
    expect(admin).toMatchObject({ tenantId: 'acme' });
    expect([...(admin?.grants ?? [])].sort((a, b) => a.localeCompare(b))).toEqual([
      'administer',
      'approve',
      'ingest',
      'operate',
      'provision',
      'read',
    ]);
  });

  it('reads the keys of the pool once', async () => {
    const { check } = setup();
    for (let i = 0; i < 3; i++) expect(await check(bearer(signedToken()))).toBeDefined();
    expect(fetched.mock.calls).toEqual([[`${ISSUER}/.well-known/jwks.json`]]);
  });

  it('reads them from the emulator if there is one', async () => {
    await setup('http://localhost:4566').check(bearer(signedToken()));
    expect(fetched.mock.calls).toEqual([[`http://localhost:4566/${POOL}/.well-known/jwks.json`]]);
  });

  it('reads them again for a new key id, but not for each unknown one', async () => {
    const { check } = setup();
    await check(bearer(signedToken()));
    for (let i = 0; i < 20; i++) await check(bearer(signedToken({}, { kid: `unknown-${i}` })));
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(await check(bearer(signedToken()))).toBeDefined();
  });

  it('is not needed by requests with an API key', async () => {
    expect(await setup().check(bearer(AGENTS.text))).toMatchObject({ kind: 'key' });
    expect(fetched).not.toHaveBeenCalled();
  });

  it('is not accepted as x-api-key, beside a key, twice or without Bearer', async () => {
    const { check } = setup();
    const token = signedToken();
    for (const headers of [
      { 'x-api-key': token },
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer ${token}, Bearer ${token}` },
      { authorization: `Bearer ${token},${token}` },
      { authorization: `Bearer ${token} ${token}` },
      bearer(token, { 'x-api-key': AGENTS.text }),
      bearer(AGENTS.text, { 'x-api-key': token }),
    ])
      expect(await check(headers)).toBeUndefined();
  });

  it('is refused where only keys are accepted', async () => {
    const { keys } = memoryApiKeys();
    const { telemetry } = recordedTelemetry();
    const check = authenticate({ keys, uses: memoryKeyUses().uses, telemetry, now: () => 0 });
    expect(await check(bearer(signedToken()))).toBeUndefined();
  });
});

describe('keys that cannot be read', () => {
  it.each([
    ['no answer', () => Promise.reject(new TypeError('connect'))],
    ['status 500', () => new Response('', { status: 500 })],
    ['a set without keys', () => new Response('{}')],
    ['no JSON', () => new Response('<html>')],
    ['a set of a megabyte', () => new Response(jwks() + ' '.repeat(1_000_000))],
  ])('neither accept nor refuse a token: %s', async (_, answer) => {
    fetched.mockImplementation(answer);
    const { check } = setup();
    await expect(check(bearer(signedToken()))).rejects.toThrow(DependencyUnavailableError);
    fetched.mockImplementation(() => new Response(jwks()));
    expect(await check(bearer(signedToken()))).toBeDefined();
  });
});

describe('the tenant of a person', () => {
  const groups = { 'cognito:groups': ['acme.viewer', 'globex.operator'] };

  it('is the one that the header names', async () => {
    const { check } = setup();
    const token = signedToken(groups);
    expect(await check(bearer(token, { 'forestall-tenant': 'globex' }))).toMatchObject({
      ...{ tenantId: 'globex', grants: new Set(['read', 'operate']) },
    });
    expect(await check(bearer(token, { 'Forestall-Tenant': 'acme' }))).toMatchObject({
      ...{ tenantId: 'acme', grants: new Set(['read']) },
    });
  });

  it('must be named by people of several', async () => {
    await expect(setup().check(bearer(signedToken(groups)))).rejects.toThrow('you belong to several tenants');
  });

  it.each(['initech', 'acme,globex', 'acme.viewer', '', '__proto__', 'ACME', 'acme '])(
    'is never %j, with the same answer as for one that does not exist',
    async (wanted) => {
      const { check } = setup();
      const answer = check(bearer(signedToken(groups), { 'forestall-tenant': wanted }));
      await expect(answer).rejects.toMatchObject({ code: 'forbidden' });
      const none = check(bearer(signedToken(groups), { 'forestall-tenant': 'no-such-tenant' }));
      const [first, second] = await Promise.all([answer, none].map((each) => each.catch(String)));
      expect(first).toBe(second);
    },
  );

  it('does not exist for people without a group', async () => {
    const answer = setup().check(bearer(signedToken({ 'cognito:groups': undefined })));
    await expect(answer).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is never chosen by a key', async () => {
    const headers = bearer(AGENTS.text, { 'forestall-tenant': 'globex' });
    expect(await setup().check(headers)).toMatchObject({ tenantId: 'acme' });
  });
});

describe('a hostile token is refused and not logged:', () => {
  const tokens = Object.entries(hostileTokens());

  it('at least fifty kinds', () => {
    expect(tokens.length).toBeGreaterThanOrEqual(50);
  });

  it.each(tokens)('%s', async (_, token) => {
    const { check, lines } = setup();
    expect(await check(bearer(token))).toBeUndefined();
    expect(JSON.stringify(lines)).not.toContain(token.slice(0, 40));
    for (const [uri] of fetched.mock.calls) expect(uri).toBe(`${ISSUER}/.well-known/jwks.json`);
  });
});
