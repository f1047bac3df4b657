/** 10,000 signed requests while the signing secret rotates twice and API keys are replaced and revoked. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makeSecretsManagerClient } from '../../adapters/aws/clients.ts';
import { secretsManagerRings } from '../../adapters/platform/key-rings.ts';
import type { IssuedApiKeyAnswer } from '../../cli/api-client/answers.ts';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { issueToken } from '../../core/platform/secrets/access-token.ts';
import type { KeyVersion } from '../../core/platform/secrets/key-ring.ts';
import { slackMac, webhookSecret } from '../../core/platform/secrets/webhook-signature.ts';
import { requireOutput } from '../../local/deploy.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { newKey, useSession } from './pipeline-client.ts';
import { forgetRings, rotateNow } from './rotate-now.ts';
import { type Credential, credential, SignedLoad, type SignedRequest } from './signed-load.ts';
import { nowSeconds, signed } from './signed-webhook.ts';

const session = inject('session');
const TENANT = 'e2e-load';
const REQUESTS = 10_000;
/** A container may remember a valid key for so long. */
const KEY_CACHE_MS = 61_000;
const SHORT_OVERLAP_MS = 5_000;
const HOUR_MS = 3_600_000;

const atLeast = (count: number) => expect.toSatisfy((found: number) => found >= count, `at least ${count}`);

let admin: ApiClient;
let secretId = '';

/** The version that is current now, as whoever holds the secret sees it. */
const currentKey = async (): Promise<KeyVersion> => {
  const options = { client: makeSecretsManagerClient(), secretId };
  const { telemetry } = recordedTelemetry();
  return (await secretsManagerRings({ ...options, now: Date.now, telemetry }).read()).current;
};

const reading = (bearer: string): SignedRequest => ({
  ...{ target: 'GET /v1/settings', passes: 200 },
  headers: { authorization: `Bearer ${bearer}` },
});

/** The receiver verifies before it parses, so the status of a change without content shows what it thinks of the signature. */
const webhook = (headers: Readonly<Record<string, string>>, body: string, passes: number): SignedRequest => ({
  ...{ target: `POST /v1/webhooks/${TENANT}/changes`, body, passes },
  headers: { 'content-type': 'application/json', ...headers },
});

const change = (id: string): string => JSON.stringify({ target: 'web-1', summary: 'version 41', id });

/** Tokens, and webhooks of both schemes, that a version signed. One webhook in four records a change. */
const signedBy = (name: string, version: KeyVersion, tokens: readonly string[]): readonly Credential[] => {
  const secret = webhookSecret(version, TENANT);
  const bodyOf = (index: number, id: string) =>
    index % 20 < 5 ? { body: change(id), passes: 202 } : { body: '{}', passes: 400 };
  return [
    credential(`token of the ${name} version`, (index) => reading(tokens[index % tokens.length]!)),
    credential(`webhook of the ${name} version`, (index) => {
      const id = `${name}-${index}`;
      const { body, passes } = bodyOf(index, id);
      return webhook(signed(secret, { id, body, sentAt: nowSeconds() }), body, passes);
    }),
    credential(`Slack webhook of the ${name} version`, (index) => {
      const { body, passes } = bodyOf(index, `slack-${name}-${index}`);
      const time = String(nowSeconds());
      const signature = `v0=${slackMac(secret, time, body).toString('hex')}`;
      return webhook({ 'x-slack-request-timestamp': time, 'x-slack-signature': signature }, body, passes);
    }),
  ];
};

/** Tokens as the API signs them once the version is six minutes old. */
const laterTokens = (version: KeyVersion): readonly string[] =>
  Array.from({ length: 20 }, (_, index) => {
    const expiresAt = nowSeconds() + 3_600;
    const claims = { tenantId: TENANT, name: `load-${index}`, scopes: ['read' as const], expiresAt };
    return issueToken({ current: version }, { ...claims, keyId: undefined }, Date.now());
  });

const newReader = async (name: string): Promise<[IssuedApiKeyAnswer, Credential]> => {
  const issued = await admin.createApiKey({ name, scopes: ['read'] }, randomUUID());
  return [issued, credential(`key that ${name}`, () => reading(issued.apiKey))];
};

beforeAll(async () => {
  useSession(session);
  secretId = requireOutput(session.outputs, 'SigningSecretArn');
  admin = new ApiClient({ url: session.url, apiKey: await newKey(session, TENANT) });
  await forgetRings(secretId);
});

describe('rotations under load', () => {
  it('refuse no request that should pass, and pass none with a version or key after its overlap', async () => {
    const load = new SignedLoad(session.url);
    const first = await currentKey();
    const [, staysCredential] = await newReader('stays');
    const old = signedBy('first', first, laterTokens(first));
    const [replaced, replacedCredential] = await newReader('is replaced at once');
    const [briefly, brieflyCredential] = await newReader('is replaced with a short overlap');
    const [slowly, slowlyCredential] = await newReader('is replaced with an hour of overlap');
    const [revoked, revokedCredential] = await newReader('is revoked');
    load.credentials.push(...old, staysCredential, replacedCredential, brieflyCredential);
    load.credentials.push(slowlyCredential, revokedCredential);

    // Functions that have not started yet answer few requests.
    await load.during(500, async () => {});
    const [, meanwhileFirst] = await load.during(1_500, () => rotateNow(secretId));
    // Every function reads its ring again within five minutes. Nothing is sent while these pass in a moment.
    await forgetRings(secretId);
    const second = await currentKey();
    load.credentials.push(...signedBy('second', second, laterTokens(second)));
    await load.during(500, async () => {});

    for (const each of old) each.passesUntil = Date.now();
    const [, meanwhileSecond] = await load.during(1_500, () => rotateNow(secretId));
    await forgetRings(secretId);
    for (const each of old) each.refusedFrom = Date.now();
    const third = await currentKey();
    load.credentials.push(...signedBy('third', third, laterTokens(third)));
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    await load.during(500, async () => {});

    const ends = async (used: Credential, overlap: number, work: () => Promise<unknown>) => {
      // Ends of keys are whole seconds.
      used.passesUntil = Date.now() + overlap - 2_500;
      const successor = await work();
      used.refusedFrom = Date.now() + overlap + KEY_CACHE_MS;
      return successor;
    };
    const rotated = async (key: IssuedApiKeyAnswer, used: Credential, overlap: number) => {
      await ends(used, overlap, async () => {
        const { apiKey } = await admin.rotateApiKey(key.id, overlap / HOUR_MS);
        load.credentials.push(credential(`successor of the ${used.kind}`, () => reading(apiKey)));
      });
    };
    await load.during(500, async () => {
      await rotated(replaced, replacedCredential, 0);
      await rotated(briefly, brieflyCredential, SHORT_OVERLAP_MS);
      await rotated(slowly, slowlyCredential, HOUR_MS);
      await ends(revokedCredential, 0, () => admin.revokeApiKey(revoked.id));
    });
    await load.during(0, () => sleep(brieflyCredential.refusedFrom - Date.now()));
    await load.during(Math.max(1_000, REQUESTS - load.sent), async () => {});

    expect({ wronglyRefused: load.wronglyRefused, wronglyPassed: load.wronglyPassed }).toEqual({
      wronglyRefused: [],
      wronglyPassed: [],
    });
    console.info(
      `${load.sent} requests, of which ${meanwhileFirst} and ${meanwhileSecond} during the rotations of the secret`,
      Object.fromEntries(load.tallies),
    );
    expect(load.sent).toBeGreaterThanOrEqual(REQUESTS);
    expect(Math.min(meanwhileFirst, meanwhileSecond)).toBeGreaterThan(20);
    for (const { kind } of [...old, replacedCredential, brieflyCredential, revokedCredential])
      expect({ kind, ...load.tallies.get(kind) }).toMatchObject({ refused: atLeast(50) });
    for (const { kind } of load.credentials)
      expect({ kind, ...load.tallies.get(kind) }).toMatchObject({ passed: atLeast(50) });

    // Planted faults: a key that should be refused by now, and a revoked one that should pass.
    staysCredential.refusedFrom = 0;
    Object.assign(revokedCredential, {
      passesUntil: Number.POSITIVE_INFINITY,
      refusedFrom: Number.POSITIVE_INFINITY,
    });
    await load.during(100, async () => {});
    expect(load.wronglyPassed[0]).toContain('key that stays: 200');
    expect(load.wronglyRefused[0]).toContain('key that is revoked: 401');
  });
});
