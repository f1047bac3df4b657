/** Everything that says who calls: API keys, tokens of both kinds, groups of people, and signatures of webhooks. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { cognitoPersonVerifier } from '../../../adapters/platform/person-tokens.ts';
import { makeKey } from '../../../core/platform/access/issue-key.ts';
import { personIdentity, TENANT_HEADER } from '../../../core/platform/access/person-identity.ts';
import { readApiKey } from '../../../core/platform/api-key.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import { SCOPES } from '../../../core/platform/permissions.ts';
import { issueToken, verifyToken } from '../../../core/platform/secrets/access-token.ts';
import type { KeyRing } from '../../../core/platform/secrets/key-ring.ts';
import {
  signWebhook,
  slackMac,
  verifyWebhook,
  webhookSecret,
} from '../../../core/platform/secrets/webhook-signature.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { authenticate } from '../../../functions/runtime/authenticate.ts';
import { type FuzzedParser, holds, parser } from './parser.ts';
import { damagedOrGood, damagedText, isChosen, pick, type Random } from './random-input.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 10);
const TENANT = 'acme';
const silent = { info: () => {}, error: () => {}, count: () => {} };

const RING: KeyRing = { current: { id: 'v1', key: 'k'.repeat(64), createdAt: 0 } };
const CLAIMS = { tenantId: TENANT, name: 'ci', scopes: ['read'], expiresAt: NOW_MS / 1000 + 600 } as const;
const TOKEN = issueToken(RING, { ...CLAIMS, keyId: 'keyaaaaaaaaa' }, NOW_MS);

const order = {
  tenantId: TENANT,
  name: 'ci',
  scopes: SCOPES,
  by: { kind: 'operator', name: 'fuzz' },
} as const;
const KEYS = [1, 2].map((seed) => makeKey(order, (count) => new Uint8Array(count).fill(seed), 0));
const KEY_TEXTS = KEYS.map(({ text }) => text);

const POOL = { userPoolId: 'us-east-1_Fuzz', clientId: 'fuzz' };
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWKS = JSON.stringify({
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'fuzz', alg: 'RS256', use: 'sig' }],
});
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of the pool; its verifier reads the real clock. */
const personToken = (): string => {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: `https://cognito-idp.us-east-1.amazonaws.com/${POOL.userPoolId}`, client_id: POOL.clientId },
    ...{ token_use: 'access', username: 'ada', 'cognito:groups': [`${TENANT}.viewer`] },
    ...{ iat: seconds, exp: seconds + 86_400 },
  };
  const content = `${encode({ alg: 'RS256', kid: 'fuzz' })}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
};
const PERSON = personToken();

const check = authenticate({
  keys: {
    find: async (tenantId, keyId) =>
      KEYS.find(({ key }) => key.tenantId === tenantId && key.keyId === keyId)?.key,
  },
  uses: { record: async () => {} },
  // The fragment is what the verifier appends.
  people: cognitoPersonVerifier({
    ...POOL,
    keysOrigin: `data:application/json,${encodeURIComponent(JWKS)}#`,
  }),
  tokens: { read: async () => RING, readAgain: async () => RING },
  telemetry: silent,
  now: () => NOW_MS,
});

type Headers = Readonly<Record<string, string>>;
const CREDENTIALS = [...KEY_TEXTS, TOKEN, PERSON];

const requestHeaders = (random: Random): Headers => {
  const made: Record<string, string> = {};
  const credential = damagedOrGood(CREDENTIALS);
  if (isChosen(random, 0.8))
    made.authorization = isChosen(random, 0.8)
      ? `Bearer ${credential(random)}`
      : damagedText(random, `Bearer ${pick(random, CREDENTIALS)}`);
  if (isChosen(random, 0.4)) made['x-api-key'] = credential(random);
  if (isChosen(random, 0.3)) made[TENANT_HEADER] = damagedOrGood([TENANT])(random);
  return made;
};

const checkIdentity = ({ tenantId }: Identity, headers: Headers): void => {
  holds(tenantId === TENANT, 'the tenant of the credential');
  const given = Object.values(headers).join(' ');
  holds(
    CREDENTIALS.some((credential) => given.includes(credential)),
    'a credential that was issued',
  );
};

interface Hook {
  readonly headers: Headers;
  readonly body: string;
}
const SECONDS = NOW_MS / 1000;
const BODY = '{"target":"web-1","summary":"version 41"}';
const HOOKS: readonly Hook[] = [
  { headers: signWebhook(RING.current, TENANT, { id: 'one', seconds: SECONDS, body: BODY }), body: BODY },
  {
    headers: {
      'x-slack-request-timestamp': String(SECONDS),
      'x-slack-signature': `v0=${slackMac(webhookSecret(RING.current, TENANT), String(SECONDS), BODY).toString('hex')}`,
    },
    body: BODY,
  },
];

const damagedHook = (random: Random): Hook => {
  const { headers, body } = pick(random, HOOKS);
  if (isChosen(random, 0.1)) return { headers, body };
  const [name, value] = pick(random, Object.entries(headers));
  return isChosen(random, 0.2)
    ? { headers, body: damagedText(random, body) }
    : { headers: { ...headers, [name]: damagedText(random, value) }, body };
};

const checkHook = (_: unknown, { headers, body }: Hook): void => {
  const { id = 'one', time } = {
    ...{ id: headers['webhook-id'], time: headers['webhook-timestamp'] },
    ...('x-slack-signature' in headers ? { time: headers['x-slack-request-timestamp'] } : {}),
  };
  holds(body === BODY && time === String(SECONDS), 'the signed body and time');
  holds(id === 'one', 'the signed id');
};

const GROUPS = [`${TENANT}.viewer`, 'globex.admin', 'acme.root', 'admin', '.admin'];
const groupsOf = (random: Random) => ({
  groups: [damagedOrGood(GROUPS)(random), damagedOrGood(GROUPS)(random)],
  wanted: isChosen(random, 0.5) ? damagedOrGood([TENANT])(random) : undefined,
});

/** Verification returns a text for what it refuses. */
const accepted = (verified: ReturnType<typeof verifyToken>): Identity | undefined =>
  typeof verified === 'string' ? undefined : verified;

export const credentialParsers: readonly FuzzedParser[] = [
  parser('API keys', damagedOrGood(KEY_TEXTS), readApiKey, ({ tenantId, keyId }, text) => {
    holds(TenantId.safeParse(tenantId).success, 'the syntax of tenants');
    holds(text.startsWith(`fsk_${tenantId}_${keyId}_`), 'one reading of a key');
  }),
  parser(
    'tokens that the API issued',
    damagedOrGood([TOKEN]),
    (text) => accepted(verifyToken(RING, text, NOW_MS)),
    (_, text) => holds(text === TOKEN, 'the token as it was issued'),
  ),
  parser('credentials of a request', requestHeaders, check, checkIdentity),
  parser(
    'groups of a person',
    groupsOf,
    ({ groups, wanted }) => personIdentity({ name: 'ada', groups, expiresAt: 0 }, wanted),
    ({ tenantId, grants }, { groups }) => {
      holds(TenantId.safeParse(tenantId).success && grants.size > 0, 'a tenant with permissions');
      holds(
        groups.some((group) => group.startsWith(`${tenantId}.`)),
        'a group of the tenant',
      );
    },
  ),
  parser('webhooks', damagedHook, (hook) => verifyWebhook(RING, TENANT, hook, NOW_MS), checkHook),
];
