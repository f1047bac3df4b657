/** Access tokens of people, and tokens that the API issued. */
import { issueToken, type TokenClaims } from '../../../../core/platform/secrets/access-token.ts';
import { type KeyRing, signMessage } from '../../../../core/platform/secrets/key-ring.ts';
import { hostileTokens, signedToken } from '../../../fixtures/signed-tokens.ts';
import { type Held, OURS, THEIRS } from './held.ts';
import { command, type Row, withBearer } from './row.ts';

/** Longer headers are refused before they reach the API. */
const MAX_LENGTH = 8_000;

/** Each signed by the real key of the user pool, where a signature is not what is wrong with it. */
export const personTokens: readonly Row[] = Object.entries(hostileTokens())
  .filter(([, token]) => token.length < MAX_LENGTH)
  .map(([name]) => [name, '401 unauthorized', ({ forged }) => withBearer(forged[name] ?? '')]);

const person = ({ signer }: Held, groups: unknown) =>
  signedToken({ username: 'mallory', 'cognito:groups': groups }, {}, signer);

const asPerson =
  (groups: unknown, more: readonly (readonly [string, string])[] = [], path = '/v1/targets') =>
  (held: Held) =>
    withBearer(person(held, groups), path, { headers: more });

export const people: readonly Row[] = [
  ['without a group', '403 forbidden', asPerson([])],
  ['with a group of no tenant', '403 forbidden', asPerson(['admin'])],
  ['with a group that begins with a dot', '403 forbidden', asPerson(['.admin'])],
  ['with an unknown role', '403 forbidden', asPerson([`${OURS}.root`])],
  ['with a role that every object has', '403 forbidden', asPerson([`${OURS}.constructor`])],
  ['with a role in capitals', '403 forbidden', asPerson([`${OURS}.ADMIN`])],
  ['with a tenant in capitals', '403 forbidden', asPerson([`${OURS.toUpperCase()}.admin`])],
  ['with a wildcard for a tenant', '403 forbidden', asPerson(['*.admin'])],
  ['with a path for a tenant', '403 forbidden', asPerson(['../admin', `../${OURS}.admin`])],
  ['who names another tenant', '403 forbidden', asPerson([`${OURS}.admin`], [['forestall-tenant', THEIRS]])],
  [
    'who names two tenants at once',
    '403 forbidden',
    asPerson([`${OURS}.admin`], [['forestall-tenant', `${OURS},${THEIRS}`]]),
  ],
  [
    'who names two tenants in two headers',
    '403 forbidden',
    asPerson(
      [`${OURS}.admin`],
      [
        ['forestall-tenant', OURS],
        ['forestall-tenant', THEIRS],
      ],
    ),
  ],
  ['who names no tenant', '403 forbidden', asPerson([`${OURS}.admin`], [['forestall-tenant', '']])],
  ['of two tenants who names none', '400 invalid-request', asPerson([`${OURS}.admin`, `${THEIRS}.viewer`])],
  ['who views and lists keys', '403 forbidden', asPerson([`${OURS}.viewer`], [], '/v1/api-keys')],
  [
    'who administers another tenant and lists our keys',
    '403 forbidden',
    asPerson([`${THEIRS}.admin`], [['forestall-tenant', OURS]], '/v1/api-keys'),
  ],
  [
    'who views and changes settings',
    '403 forbidden',
    ({ viewer }) => command(viewer, 'PUT', '/v1/settings', { version: 0, thresholds: [] }),
  ],
  [
    'who sends metrics',
    '401 unauthorized',
    (held) => command(person(held, [`${OURS}.admin`]), 'POST', '/v1/ingest/json', { points: [] }),
  ],
];

const HOUR = 3_600;
const now = () => Math.floor(Date.now() / 1000);
const CLAIMS: TokenClaims = {
  ...{ tenantId: OURS, name: 'ci', scopes: ['read'], keyId: undefined },
  get expiresAt() {
    return now() + HOUR;
  },
};

/** A token of the real secret. */
const issued = ({ ring }: Held, claims: Partial<TokenClaims> = {}, secret: KeyRing = ring): string =>
  issueToken(secret, { ...CLAIMS, expiresAt: CLAIMS.expiresAt, ...claims }, Date.now());

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const payloadOf = (ring: KeyRing, more: object = {}) =>
  encode({
    ...{ v: ring.current.id, tenant: OURS, name: 'ci', scopes: ['read'], expires: now() + HOUR },
    ...more,
  });

/** A payload of our own, signed with the real secret for a purpose and tenant. */
const signed = (
  { ring }: Held,
  payload: string,
  purpose: 'api' | 'webhook' | 'approval' = 'api',
  tenant = OURS,
): string => `fst_${payload}.${signMessage(ring.current, purpose, tenant, payload).toString('base64url')}`;

const changed = (held: Held, change: (payload: string, signature: string) => string): string => {
  const [payload = '', signature = ''] = held.token.replace('fst_', '').split('.');
  return change(payload, signature);
};

const token = (name: string, make: (held: Held) => string): Row => [
  ...([name, '401 unauthorized', (held: Held) => withBearer(make(held))] as const),
];

/** Of another deployment, which has the same ids of versions. */
const foreignRing = ({ ring }: Held): KeyRing => ({
  current: { ...ring.current, key: Buffer.alloc(48, 7).toString('base64url') },
});

export const issuedTokens: readonly Row[] = [
  token('expired an hour ago', (held) => issued(held, { expiresAt: now() - HOUR })),
  token('expired a second ago', (held) => issued(held, { expiresAt: now() - 1 })),
  token('that expires before time began', (held) => issued(held, { expiresAt: -1 })),
  token('of another deployment', (held) => issued(held, {}, foreignRing(held))),
  token('with another tenant in its payload', (held) =>
    changed(held, (_, signature) => `fst_${payloadOf(held.ring, { tenant: THEIRS })}.${signature}`),
  ),
  token('with more scopes in its payload', (held) =>
    changed(held, (_, signature) => `fst_${payloadOf(held.ring, { scopes: ['administer'] })}.${signature}`),
  ),
  token('signed for another tenant', (held) => signed(held, payloadOf(held.ring), 'api', THEIRS)),
  token('signed as a webhook', (held) => signed(held, payloadOf(held.ring), 'webhook')),
  token('signed as an approval', (held) => signed(held, payloadOf(held.ring), 'approval')),
  token('of an unknown version', (held) => signed(held, payloadOf(held.ring, { v: 'unknown' }))),
  token('of the version __proto__', (held) => signed(held, payloadOf(held.ring, { v: '__proto__' }))),
  token('with an unknown scope', (held) => signed(held, payloadOf(held.ring, { scopes: ['root'] }))),
  token('without scopes', (held) => signed(held, payloadOf(held.ring, { scopes: [] }))),
  token('with a field more', (held) => signed(held, payloadOf(held.ring, { role: 'admin' }))),
  token('that never expires', (held) => signed(held, payloadOf(held.ring, { expires: null }))),
  token('that expires at a text', (held) => signed(held, payloadOf(held.ring, { expires: '9999999999' }))),
  token('of a tenant that is a path', (held) => signed(held, payloadOf(held.ring, { tenant: '../x' }))),
  token('of a list', (held) => signed(held, encode([]))),
  token('of null', (held) => signed(held, encode(null))),
  token('of no JSON', (held) => signed(held, 'AAAA')),
  token('without a signature', (held) => changed(held, (payload) => `fst_${payload}.`)),
  token('with a cut signature', (held) => held.token.slice(0, -1)),
  token('with a longer signature', (held) => `${held.token}A`),
  token('with another spelling of its signature', (held) =>
    changed(held, (payload, signature) => {
      const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const at = last.indexOf(signature.at(-1) ?? '');
      return `fst_${payload}.${signature.slice(0, -1)}${last[at + 1]}`;
    }),
  ),
  token('with padding', (held) => `${held.token}=`),
  token('with a prefix in capitals', (held) => held.token.replace('fst_', 'FST_')),
  token('without its prefix', (held) => held.token.replace('fst_', '')),
  token('around a token of a person', ({ viewer }) => `fst_${viewer}`),
  [
    'that creates a token',
    '403 forbidden',
    (held) => command(held.token, 'POST', '/v1/tokens', { scopes: ['read'] }),
  ],
  ['that lists keys', '403 forbidden', (held) => withBearer(held.token, '/v1/api-keys')],
  [
    'that reads the secrets of webhooks',
    '403 forbidden',
    (held) => withBearer(held.token, '/v1/webhooks/signing-keys'),
  ],
  [
    'that sends metrics',
    '401 unauthorized',
    (held) => command(issued(held, { scopes: ['ingest'] }), 'POST', '/v1/ingest/json', { points: [] }),
  ],
  [
    'that changes settings',
    '403 forbidden',
    (held) => command(held.token, 'PUT', '/v1/settings', { version: 0, thresholds: [] }),
  ],
];
