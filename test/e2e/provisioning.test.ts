/** A directory provisions the people of a tenant, in the emulator's user pool, and they act within their roles. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { requireOutput } from '../../local/deploy.ts';
import { CONFORMANCE, withIds } from '../fixtures/scim-conformance.ts';
import { newKey, useSession } from './pipeline-client.ts';
import { cognito } from './user-pool.ts';

const session = inject('session');
const TENANTS = Object.fromEntries(
  Object.keys(CONFORMANCE).map((name) => [name, `e2e-scim-${name.toLowerCase().replaceAll(' ', '-')}`]),
);
const [ACME, GLOBEX] = ['e2e-scim-acme', 'e2e-scim-globex'];
const PASSWORD = 'Correct-Horse-9-Battery';
const UserPoolId = requireOutput(session.outputs, 'UserPoolId');
const ClientId = requireOutput(session.outputs, 'UserPoolClientId');

const ask = async (credential: string, method: string, path: string, body?: object) => {
  const answer = await fetch(`${session.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
};

const scim = async (tenant: string) => {
  const key = await newKey(session, tenant);
  return (method: string, path: string, body?: object) => ask(key, method, `/v1/scim/v2${path}`, body);
};

beforeAll(() => useSession(session));

describe.each(Object.entries(CONFORMANCE))('%s', (name, steps) => {
  it('provisions people and groups', async () => {
    const send = await scim(TENANTS[name] ?? '');
    const saved: Record<string, string> = {};
    for (const { does, method, path, body, status, shows = {}, saves } of steps) {
      const address = withIds(path.replaceAll('%7B', '{').replaceAll('%7D', '}'), saved);
      const answer = await send(method, address, body && withIds(body, saved));
      expect([does, answer.status, answer.body]).toMatchObject([does, status, withIds(shows, saved)]);
      if (saves !== undefined) saved[saves] = answer.body.id;
    }
  });
});

describe('a person of a directory', () => {
  it('acts within the roles of their groups, and is signed out when deactivated', async () => {
    const send = await scim(ACME);
    const { body: user } = await send('POST', '/Users', { userName: 'ada@example.com' });
    const Username = `${ACME}.${user.id}`;
    await cognito(session, 'AdminSetUserPassword', {
      UserPoolId,
      Username,
      Password: PASSWORD,
      Permanent: true,
    });
    const signIn = async () => {
      const { AuthenticationResult } = await cognito(session, 'InitiateAuth', {
        ...{ ClientId, AuthFlow: 'USER_PASSWORD_AUTH' },
        AuthParameters: { USERNAME: Username, PASSWORD },
      });
      return AuthenticationResult as { readonly AccessToken: string; readonly RefreshToken: string };
    };
    expect((await ask((await signIn()).AccessToken, 'GET', '/v1/targets')).status).toBe(403);
    const members = [{ value: user.id }];
    await send('POST', '/Groups', { displayName: 'forestall-viewer', members });
    const { AccessToken, RefreshToken } = await signIn();
    expect((await ask(AccessToken, 'GET', '/v1/targets')).status).toBe(200);
    expect((await ask(AccessToken, 'GET', '/v1/scim/v2/Users')).status).toBe(401);
    // The emulator signs out tokens of earlier seconds.
    await sleep(1001);
    await send('PATCH', `/Users/${user.id}`, {
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });
    await expect(signIn()).rejects.toThrow('NotAuthorized');
    const refresh = {
      ...{ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH' },
      AuthParameters: { REFRESH_TOKEN: RefreshToken },
    };
    await expect(cognito(session, 'InitiateAuth', refresh)).rejects.toThrow('NotAuthorized');
  });

  it('of another tenant does not exist', async () => {
    const [acme, globex] = [await scim(ACME), await scim(GLOBEX)];
    const { body: theirs } = await globex('POST', '/Users', { userName: 'grace@example.com' });
    for (const method of ['GET', 'DELETE'])
      expect((await acme(method, `/Users/${theirs.id}`)).status).toBe(404);
    const filter = encodeURIComponent('userName eq "grace@example.com"');
    expect((await acme('GET', `/Users?filter=${filter}`)).body.totalResults).toBe(0);
    expect((await globex('GET', `/Users/${theirs.id}`)).status).toBe(200);
  });
});
