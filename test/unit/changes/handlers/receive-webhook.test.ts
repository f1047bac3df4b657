import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { secretsManagerRings } from '../../../../adapters/platform/key-rings.ts';
import { SigningKeys } from '../../../../core/changes/api/webhooks.ts';
import type { ChangeRecord } from '../../../../core/changes/change.ts';
import { formatKey, MAX_RING_AGE_MS, PROPAGATION_MS } from '../../../../core/platform/secrets/key-ring.ts';
import { ROTATION_STEPS, rotate } from '../../../../core/platform/secrets/rotate.ts';
import { signingCredential } from '../../../../core/platform/secrets/signing-credential.ts';
import {
  rememberedGenerations,
  replaceWebhookSecrets,
} from '../../../../core/platform/secrets/webhook-generation.ts';
import { slackMac, standardMac } from '../../../../core/platform/secrets/webhook-signature.ts';
import { type Deps, makeHandler } from '../../../../functions/changes/receive-webhook/handler.ts';
import { memoryQuotas, memoryResponses } from '../../../fakes/platform.ts';
import { memoryGenerations, memorySecret } from '../../../fakes/secrets.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller } from '../../../fixtures/identities.ts';
import { secretClient } from '../../../harness/secret-client.ts';

const START = Date.UTC(2026, 10, 29);
const PATH = '/v1/webhooks/acme/changes';
type Keys = z.infer<typeof SigningKeys>['keys'];

const world = (quotas = memoryQuotas()) => {
  const clock = { now: START };
  const secret = memorySecret(formatKey(randomBytes(48), 0));
  const recorded = new Map<string, ChangeRecord>();
  const touched = { stores: 0 };
  const { telemetry, lines, counts } = recordedTelemetry();
  const responses = memoryResponses();
  const client = secretClient(secret);
  const generations = memoryGenerations();
  /** A container: its ring is its own, everything stored is shared. */
  const container = () => {
    const deps = {
      responses: {
        ...responses,
        claim: (...args: Parameters<typeof responses.claim>) => {
          touched.stores++;
          return responses.claim(...args);
        },
      },
      authenticate: async () => keyCaller('acme'),
      quotas,
      telemetry,
      now: () => clock.now,
      generations: rememberedGenerations(generations, () => clock.now),
      rings: secretsManagerRings({ client, secretId: 'signing', now: () => clock.now, telemetry }),
      changes: {
        create: async (record: ChangeRecord) => {
          touched.stores++;
          recorded.set(record.changeId, record);
          return { stored: { record, revision: 1 }, isNew: true };
        },
      },
      signals: { send: async () => {} },
      workflow: { start: async () => 'started' as const },
    };
    return makeHandler(deps as unknown as Deps);
  };
  const credential = signingCredential({ random: randomBytes, now: () => clock.now });
  const step = (versionId: string, name: (typeof ROTATION_STEPS)[number]) =>
    rotate({ versions: secret, credential }, { step: name, versionId });
  const rotateTo = async (versionId: string) => {
    secret.start(versionId);
    for (const name of ROTATION_STEPS) await step(versionId, name);
  };
  const replaceSecrets = (overlap: number, tenantId = 'acme') =>
    replaceWebhookSecrets(generations, tenantId, { now: clock.now / 1000, overlap });
  return { clock, secret, recorded, touched, lines, counts, container, step, rotateTo, replaceSecrets };
};

const keysOf = async (serve: ReturnType<typeof makeHandler>): Promise<Keys> => {
  const { body } = await serve(httpEvent('GET', '/v1/webhooks/signing-keys'));
  return SigningKeys.parse(JSON.parse(body)).keys;
};

let sent = 0;
/** A webhook as a sender makes it, from the secret that it was shown. */
const webhook = (secret: string, now: number, change: Record<string, unknown> = {}, path = PATH) => {
  const id = `msg_${++sent}`;
  const body = JSON.stringify({ target: 'web-1', summary: `version ${sent}`, ...change });
  const time = String(Math.floor(now / 1000));
  const mac = standardMac(Buffer.from(secret.replace('whsec_', ''), 'base64'), id, time, body);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${mac.toString('base64')}`,
  };
  return httpEvent('POST', path, { headers, body });
};

describe('a signed webhook', () => {
  it('is recorded as a change of the tenant', async () => {
    const { container, recorded, clock, lines } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    const reply = await serve(webhook(key!.secret, clock.now, { id: 'deploy-41' }));
    expect(reply.statusCode).toBe(202);
    expect(recorded.get('deploy-41')).toMatchObject({ tenantId: 'acme', targetId: 'web-1' });
    expect(JSON.stringify(lines)).not.toContain(key!.secret.slice(6, 20));
  });

  it('passes as Slack signs, too', async () => {
    const { container, clock, recorded } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    const body = '{"target":"web-1","summary":"version 41"}';
    const time = String(clock.now / 1000);
    const signature = `v0=${slackMac(key!.secret, time, body).toString('hex')}`;
    const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
    expect((await serve(httpEvent('POST', PATH, { headers, body }))).statusCode).toBe(202);
    expect(recorded.size).toBe(1);
  });

  it('has no further effect if it is sent again, and gets the same response', async () => {
    const { container, clock, touched } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    const event = webhook(key!.secret, clock.now);
    const first = await serve(event);
    const stores = touched.stores;
    const again = await container()(event);
    expect([again.statusCode, again.body]).toEqual([first.statusCode, first.body]);
    expect(touched.stores).toBe(stores + 1);
  });

  it('is refused with another body under the same id', async () => {
    const { container, clock } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    await serve(webhook(key!.secret, clock.now));
    sent--;
    const reply = await serve(webhook(key!.secret, clock.now, { version: '2' }));
    expect(reply.statusCode).toBe(422);
  });

  it('draws on the quota of changes', async () => {
    const { container, clock } = world(memoryQuotas({ changesPerMinute: 1 }));
    const serve = container();
    const [key] = await keysOf(serve);
    expect((await serve(webhook(key!.secret, clock.now))).statusCode).toBe(202);
    expect((await serve(webhook(key!.secret, clock.now))).statusCode).toBe(429);
  });

  it('is answered with what is wrong in its body', async () => {
    const { container, clock } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    const reply = await serve(webhook(key!.secret, clock.now, { kind: 'other', target: '' }));
    expect(reply.statusCode).toBe(400);
    expect(reply.body).toContain('target');
  });
});

describe('an unsigned webhook', () => {
  const forged = (event: ReturnType<typeof httpEvent>, change: object) => ({ ...event, ...change });

  it('is refused before anything is read or stored, and the same for an unknown tenant', async () => {
    const { container, clock, touched, counts } = world();
    const serve = container();
    const [key] = await keysOf(serve);
    const { secret } = key!;
    const other = Buffer.from(randomBytes(32)).toString('base64');
    const replies = await Promise.all([
      serve(httpEvent('POST', PATH, { body: 'not json' })),
      serve(webhook(other, clock.now)),
      serve(webhook(other, clock.now, {}, '/v1/webhooks/nobody/changes')),
      serve(webhook(other, clock.now, {}, '/v1/webhooks/NOT%20A%20TENANT/changes')),
      serve(webhook(secret, clock.now, {}, '/v1/webhooks/globex/changes')),
      serve(webhook(secret, clock.now - 301_000)),
      serve(forged(webhook(secret, clock.now), { body: '{}' })),
    ]);
    const bodies = new Set(replies.map(({ body }) => body));
    expect(replies.map(({ statusCode }) => statusCode)).toEqual(Array(7).fill(401));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain('invalid-signature');
    expect(touched.stores).toBe(0);
    expect(counts).toEqual({});
  });
});

describe('the secrets to sign with', () => {
  it('name the one to use now, and announce the next one', async () => {
    const { container, clock, rotateTo } = world();
    const serve = container();
    expect(await keysOf(serve)).toEqual([
      { versionId: 'v0', secret: expect.stringMatching(/^whsec_.{44}$/), use: 'sign' },
    ]);
    await rotateTo('v1');
    clock.now += MAX_RING_AGE_MS;
    const usableFrom = new Date(START + PROPAGATION_MS).toISOString();
    expect(await keysOf(serve)).toMatchObject([
      { versionId: 'v0', use: 'sign' },
      { versionId: 'v1', use: 'next', usableFrom },
    ]);
    clock.now = START + PROPAGATION_MS;
    expect(await keysOf(serve)).toMatchObject([
      { versionId: 'v1', use: 'sign' },
      { versionId: 'v0', use: 'retiring' },
    ]);
  });
});

/** Numbers from 0 to 1, the same in every run (Numerical Recipes, section 7.1). */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

describe('10,000 webhooks during four rotations', () => {
  it('are refused only with a retired key, and never pass with one after its overlap', async () => {
    const { container, clock, secret, step } = world();
    const random = seeded(1);
    const containers = [container(), container(), container()];
    const outcome = { passed: 0, refusedWrongly: 0, retiredRefused: 0, retiredPassed: 0 };
    /** Secrets as senders hold them, by version. */
    const held = new Map<string, string>();
    const retiredAt = new Map<string, number>();
    const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

    const send = async () => {
      const serve = any(containers);
      const fresh = await keysOf(any(containers));
      for (const key of fresh) held.set(key.versionId, key.secret);
      const usable = fresh.filter(({ use }) => use !== 'next').map(({ versionId }) => versionId);
      const valid = new Set([secret.idOf('current'), secret.idOf('previous')]);
      const versionId = any([any(usable), any([...held.keys()])]);
      const retired = retiredAt.get(versionId);
      const isNext = !usable.includes(versionId) && retired === undefined;
      if (isNext) return;
      const reply = await serve(webhook(held.get(versionId) ?? '', clock.now));
      const hasPassed = reply.statusCode === 202;
      if (valid.has(versionId)) outcome[hasPassed ? 'passed' : 'refusedWrongly']++;
      else if (retired !== undefined && clock.now - retired > MAX_RING_AGE_MS)
        outcome[hasPassed ? 'retiredPassed' : 'retiredRefused']++;
    };

    let rotations = 0;
    for (let request = 0; request < 10_000; request++) {
      clock.now += Math.floor(random() * 2_000);
      await send();
      const phase = request % 2_500;
      const versionId = `r${rotations}`;
      if (phase === 500) secret.start(versionId);
      const name = ROTATION_STEPS[(phase - 520) / 20];
      if (name === undefined) continue;
      const retiring = secret.idOf('previous');
      await step(versionId, name);
      if (name !== 'finishSecret') continue;
      if (retiring !== undefined) retiredAt.set(retiring, clock.now);
      rotations++;
    }
    expect(rotations).toBe(4);
    expect(outcome).toMatchObject({ refusedWrongly: 0, retiredPassed: 0 });
    expect(outcome.passed).toBeGreaterThan(5_000);
    expect(outcome.retiredRefused).toBeGreaterThan(500);
  });
});

describe('secrets that a tenant replaces', () => {
  const HOUR = 3_600;
  /** A container that has verified a webhook, so that it remembers the generation. */
  const warm = async (overlap: number) => {
    const made = world();
    const serve = made.container();
    const [old] = await keysOf(serve);
    const status = async (secret: string, path = PATH) =>
      (await serve(webhook(secret, made.clock.now, {}, path))).statusCode;
    expect(await status(old!.secret)).toBe(202);
    await made.replaceSecrets(overlap);
    const [next] = await keysOf(serve);
    made.clock.now += 1_000;
    return { ...made, status, old: old!.secret, next: next!.secret };
  };

  it('are accepted until their overlap ends, beside the new ones, which every container accepts at once', async () => {
    const { clock, status, container, old, next } = await warm(HOUR);
    expect(next).not.toBe(old);
    const other = container();
    await other(webhook(old, clock.now));
    expect([await status(next), await status(old)]).toEqual([202, 202]);
    expect((await other(webhook(next, clock.now))).statusCode).toBe(202);
    clock.now += (HOUR - 2) * 1_000;
    expect(await status(old)).toBe(202);
    clock.now += 1_000;
    expect([await status(old), await status(next)]).toEqual([401, 202]);
  });

  it('are refused at once without an overlap where the new ones were seen, and within a minute elsewhere', async () => {
    const { clock, status, old, next, container } = await warm(0);
    expect([await status(next), await status(old)]).toEqual([202, 401]);
    expect((await container()(webhook(old, clock.now))).statusCode).toBe(401);
  });

  it('concern no other tenant', async () => {
    const made = world();
    const serve = made.container();
    const [before] = await keysOf(serve);
    await made.replaceSecrets(0, 'globex');
    expect((await serve(webhook(before!.secret, made.clock.now))).statusCode).toBe(202);
    const [after] = await keysOf(serve);
    expect(after).toEqual(before);
  });

  it('are new after each replacement, and two generations are accepted at most', async () => {
    const { clock, status, replaceSecrets, old, next, container } = await warm(HOUR);
    await expect(replaceSecrets(HOUR)).rejects.toThrow('are still accepted');
    await replaceSecrets(0);
    clock.now += 60_000;
    const [newest] = await keysOf(container());
    expect([await status(old), await status(next), await status(newest!.secret)]).toEqual([401, 401, 202]);
  });

  it('of no one derive from an address that is no tenant', async () => {
    const { status, old, next } = await warm(HOUR);
    for (const path of ['/v1/webhooks/acme%2F1/changes', '/v1/webhooks/ACME/changes'])
      expect([await status(old, path), await status(next, path)]).not.toContain(202);
  });
});
