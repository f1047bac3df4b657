/** What the hostile suite holds: credentials of two tenants, and the keys with which a deployment signs. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSecretsManagerClient } from '../../../../adapters/aws/clients.ts';
import { secretsManagerRings } from '../../../../adapters/platform/key-rings.ts';
import { ApiClient } from '../../../../cli/api-client/api-client.ts';
import type { Scope } from '../../../../core/platform/permissions.ts';
import type { KeyRing } from '../../../../core/platform/secrets/key-ring.ts';
import { requireOutput } from '../../../../local/deploy.ts';
import { readRecord } from '../../../../local/emulator/emulator-record.ts';
import { EMULATOR_STATE } from '../../../../local/emulator/environment.ts';
import { hostileTokens, type Signer, signedToken } from '../../../fixtures/signed-tokens.ts';
import { drained, finishedRun, newKey } from '../../pipeline-client.ts';
import { forgetRings } from '../../rotate-now.ts';
import type { SharedSession } from '../../shared-session.ts';

export const OURS = 'e2e-hostile-ours';
export const THEIRS = 'e2e-hostile-theirs';

export interface Ids {
  readonly targetId: string;
  readonly changeId: string;
  readonly runId: string;
  readonly keyId: string;
}

export interface Held {
  /** Keys of our tenant. `key` may do everything; nobody used `revoked` and `expired` while they were valid. */
  readonly key: string;
  readonly reader: string;
  readonly administrator: string;
  readonly revoked: string;
  readonly expired: string;
  readonly replaced: string;
  /** A token that the API issued, for reading. */
  readonly token: string;
  /** An access token of a person who views our tenant. */
  readonly viewer: string;
  /** Signs access tokens of people, as the user pool does. */
  readonly signer: Signer;
  /** Tokens of `signer` that must not be accepted. */
  readonly forged: Readonly<Record<string, string>>;
  /** The secret of tokens and webhooks. */
  readonly ring: KeyRing;
  readonly ids: Ids;
  readonly theirKey: string;
  readonly theirs: Ids;
}

/** The private key of the user pool, which only an emulator gives away. */
const poolSigner = async ({ outputs, port }: SharedSession): Promise<Signer> => {
  const [pool, client] = [requireOutput(outputs, 'UserPoolId'), requireOutput(outputs, 'UserPoolClientId')];
  const published = await fetch(`http://127.0.0.1:${port}/${pool}/.well-known/jwks.json`);
  const { keys } = JSON.parse(await published.text());
  const record = readRecord(join('.local', 'e2e', 'emulator.json'));
  if (record === undefined) throw new Error('no emulator is recorded in .local/e2e');
  const file = join(record.temporary, EMULATOR_STATE, 'cognito-pool-keys', `${pool}-access.pem`);
  const privateKey = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(privateKey);
  const { n } = publicKey.export({ format: 'jwk' });
  const { kid } = keys.find((key: { n: string }) => key.n === n);
  return { pool, client, kid, publicKey, privateKey };
};

const SECOND = 1_000;

/** Keys that were valid once. Each would be cached for a minute if it were used before. */
const outdatedKeys = async (admin: ApiClient) => {
  const scopes: Scope[] = ['read'];
  const make = (name: string, more: object = {}) =>
    admin.createApiKey({ name, scopes, ...more }, `hostile-${name}`);
  const expiresAt = new Date(Date.now() + 2 * SECOND).toISOString();
  const [revoked, expired, replaced] = [
    await make('revoked'),
    await make('expired', { expiresAt }),
    await make('replaced'),
  ];
  await admin.revokeApiKey(revoked.id);
  await admin.rotateApiKey(replaced.id, 0);
  await sleep(3 * SECOND);
  return { revoked: revoked.apiKey, expired: expired.apiKey, replaced: replaced.apiKey };
};

/** A target, a change and a run of a tenant. */
const makeIds = async (client: ApiClient, key: string, name: string): Promise<Ids> => {
  const timestamp = Math.floor(Date.now() / 300_000) * 300;
  const points = [{ target: name, metric: 'cpu_percent', timestamp, value: 1 }];
  await client.ingest({ format: 'json', body: JSON.stringify({ points }) });
  await drained();
  const change = await client.recordChange({ target: name, summary: `of ${name}`, kind: 'configuration' });
  const run = await finishedRun(client, (await client.startRun(name)).id);
  return { targetId: name, changeId: change.id, runId: run.id, keyId: key.split('_')[2] ?? '' };
};

const nothing = () => {};

/** Sets both tenants up. */
export const makeHeld = async (session: SharedSession): Promise<Held> => {
  const [key, theirKey] = [await newKey(session, OURS), await newKey(session, THEIRS)];
  const [ours, theirs] = [key, theirKey].map((apiKey) => new ApiClient({ url: session.url, apiKey })) as [
    ApiClient,
    ApiClient,
  ];
  const make = async (name: string, scopes: Scope[]) =>
    (await ours.createApiKey({ name, scopes }, `hostile-${name}`)).apiKey;
  const signer = await poolSigner(session);
  const telemetry = { info: nothing, error: nothing, count: nothing };
  const secretId = requireOutput(session.outputs, 'SigningSecretArn');
  // Other tests rotate the secret faster than the cached rings of the functions can follow.
  await forgetRings(secretId);
  const issued = await fetch(`${session.url}/v1/tokens`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: '{"scopes":["read"]}',
  });
  return {
    ...{ key, theirKey, signer },
    reader: await make('reader', ['read']),
    administrator: await make('administrator', ['administer']),
    ...(await outdatedKeys(ours)),
    token: JSON.parse(await issued.text()).accessToken,
    viewer: signedToken({ username: 'viewer', 'cognito:groups': [`${OURS}.viewer`] }, {}, signer),
    forged: hostileTokens(signer),
    ring: await secretsManagerRings({
      ...{ client: makeSecretsManagerClient(), secretId, now: Date.now, telemetry },
    }).read(),
    ids: await makeIds(ours, key, 'our-host'),
    theirs: await makeIds(theirs, theirKey, 'their-host'),
  };
};
