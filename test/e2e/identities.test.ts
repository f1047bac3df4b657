/** Keys with scopes and signed-in people against the deployment, with the real verification of both. */
import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { hostileTokens } from '../fixtures/signed-tokens.ts';
import { newKey, useSession } from './pipeline-client.ts';

const session = inject('session');
const [ACME, GLOBEX] = ['e2e-people-acme', 'e2e-people-globex'];
const PASSWORD = 'Correct-Horse-9-Battery';
const pool = requireOutput(session.outputs, 'UserPoolId');
const client = requireOutput(session.outputs, 'UserPoolClientId');

/** A call of the user pool in the emulator, which checks no signatures. */
const cognito = async (action: string, input: object): Promise<Record<string, unknown>> => {
  const answer = await fetch(`http://127.0.0.1:${session.port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: JSON.stringify(input),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${body}`);
  return body === '' ? {} : JSON.parse(body);
};

interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
}

/** Creates a person with the given groups, and signs in. */
const signIn = async (name: string, groups: readonly string[]): Promise<Tokens> => {
  const person = { UserPoolId: pool, Username: name };
  // The temporary passwords that the emulator makes are shorter than the policy of the pool demands.
  await cognito('AdminCreateUser', { ...person, TemporaryPassword: PASSWORD, MessageAction: 'SUPPRESS' });
  await cognito('AdminSetUserPassword', { ...person, Password: PASSWORD, Permanent: true });
  for (const GroupName of groups) {
    await cognito('CreateGroup', { UserPoolId: pool, GroupName }).catch(() => undefined);
    await cognito('AdminAddUserToGroup', { ...person, GroupName });
  }
  const { AuthenticationResult } = await cognito('InitiateAuth', {
    ClientId: client,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: name, PASSWORD },
  });
  return AuthenticationResult as Tokens;
};

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
    const { AccessToken } = await signIn('e2e-viewer', [`${ACME}.viewer`]);
    expect((await ask(AccessToken, 'GET', '/v1/targets')).status).toBe(200);
    expect(await ask(AccessToken, 'PUT', '/v1/settings', SETTINGS)).toMatchObject({
      ...{ status: 403, body: { detail: expect.stringContaining('permission operate') } },
    });
    expect((await ask(AccessToken, 'GET', '/v1/api-keys')).status).toBe(403);
  });

  it('changes settings as an operator, and manages keys as an admin', async () => {
    const operator = await signIn('e2e-operator', [`${ACME}.operator`]);
    expect((await ask(operator.AccessToken, 'PUT', '/v1/settings', SETTINGS)).status).toBe(200);
    expect((await ask(operator.AccessToken, 'POST', '/v1/api-keys', {})).status).toBe(403);
    const { AccessToken } = await signIn('e2e-admin', [`${ACME}.admin`]);
    const order = { name: 'of a person', scopes: ['ingest'] };
    expect(await ask(AccessToken, 'POST', '/v1/api-keys', order)).toMatchObject({
      ...{ status: 201, body: { createdBy: { kind: 'person', name: 'e2e-admin' } } },
    });
  });

  it('of two tenants names one, and never another', async () => {
    const { AccessToken } = await signIn('e2e-both', [`${ACME}.viewer`, `${GLOBEX}.operator`]);
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
    const { IdToken, AccessToken } = await signIn('e2e-tokens', [`${ACME}.admin`]);
    expect((await ask(IdToken, 'GET', '/v1/targets')).status).toBe(401);
    expect((await ask(AccessToken, 'POST', '/v1/ingest/json', { points: [] })).status).toBe(401);
  });
});

/** Tokens made of one that the pool issued. */
const forgeries = async (token: string): Promise<Readonly<Record<string, string>>> => {
  const answer = await fetch(`http://127.0.0.1:${session.port}/${pool}/.well-known/jwks.json`);
  const { keys } = JSON.parse(await answer.text());
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString());
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const admin = encode({ ...claims, 'cognito:groups': [`${ACME}.admin`] });
  const jwk = keys.find(({ kid }: { kid: string }) => kid === header.kid);
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const hs256 = encode({ ...header, alg: 'HS256' });
  const mac = createHmac('sha256', pem).update(`${hs256}.${admin}`).digest('base64url');
  return {
    'more groups': `${head}.${admin}.${signature}`,
    'a later expiry': `${head}.${encode({ ...claims, exp: claims.exp + 86_400 })}.${signature}`,
    'alg none': `${encode({ ...header, alg: 'none' })}.${admin}.`,
    'alg none with its signature': `${encode({ ...header, alg: 'none' })}.${admin}.${signature}`,
    'HS256 with the public key': `${hs256}.${admin}.${mac}`,
    'an unknown key': `${encode({ ...header, kid: 'other' })}.${body}.${signature}`,
    'the key of ID tokens': `${encode({ ...header, kid: keys.at(-1).kid })}.${admin}.${signature}`,
    'half a signature': `${head}.${body}.${signature.slice(0, 40)}`,
    'no signature': `${head}.${body}.`,
    'its last character changed': `${head}.${body}.${signature.slice(0, -3)}AAA`,
  };
};

describe('a forged token', () => {
  it('made of a good one is refused', async () => {
    const { AccessToken } = await signIn('e2e-forger', [`${ACME}.viewer`]);
    expect((await ask(AccessToken, 'GET', '/v1/targets')).status).toBe(200);
    for (const [name, token] of Object.entries(await forgeries(AccessToken)))
      expect([name, (await ask(token, 'GET', '/v1/targets')).status]).toEqual([name, 401]);
  });

  it('of every kind is refused', async () => {
    // Node refuses to send a header of more than 16 KB.
    const tokens = Object.entries(hostileTokens()).filter(([, token]) => token.length < 8_000);
    for (const [name, token] of tokens)
      expect([name, (await ask(token, 'GET', '/v1/targets')).status]).toEqual([name, 401]);
  });

  it('hidden among other headers is not used', async () => {
    const { AccessToken } = await signIn('e2e-smuggler', [`${ACME}.viewer`]);
    const smuggled: readonly Record<string, string>[] = [
      { 'x-api-key': adminKey },
      { authorization: `Bearer ${AccessToken}, Bearer ${adminKey}` },
      { authorization: `Bearer ${AccessToken} ${adminKey}` },
      { authorization: `Basic ${AccessToken}` },
      { authorization: '', 'x-amz-security-token': AccessToken, cookie: `authorization=${AccessToken}` },
    ];
    for (const headers of smuggled)
      expect([headers, (await ask(AccessToken, 'GET', '/v1/targets', undefined, headers)).status]).toEqual([
        headers,
        401,
      ]);
    const pretended = { 'x-forestall-tenant': GLOBEX, 'x-tenant-id': GLOBEX, 'x-amzn-oidc-identity': 'root' };
    expect((await ask(AccessToken, 'GET', '/v1/api-keys', undefined, pretended)).status).toBe(403);
  });
});
