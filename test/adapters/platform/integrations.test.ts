/** Rotations of credentials at real receivers and issuers on this machine, each call failing before and after its effect. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpTokenIssuer } from '../../../adapters/platform/integrations/http-token-issuer.ts';
import { httpWebhookReceiver } from '../../../adapters/platform/integrations/http-webhook-receiver.ts';
import { RotationRefusedError } from '../../../core/platform/secrets/errors.ts';
import { formatKey, parseKey } from '../../../core/platform/secrets/key-ring.ts';
import { outboundCredential } from '../../../core/platform/secrets/outbound-credential.ts';
import { outboundSecret, signOutbound } from '../../../core/platform/secrets/outbound-webhook.ts';
import type { RotatedCredential } from '../../../core/platform/secrets/ports.ts';
import { ROTATION_STEPS, type RotationStep, rotate } from '../../../core/platform/secrets/rotate.ts';
import { parseToken, tokenCredential } from '../../../core/platform/secrets/token-credential.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { NO_BREAKER } from '../../fakes/breakers.ts';
import { type MemorySecret, memorySecret } from '../../fakes/secrets.ts';
import { tokenIssuer, webhookReceiver } from '../../harness/integration-servers.ts';

const settings = { random: randomBytes, now: Date.now };

/** One rotation after another, step by step, with a check after each step. */
const rotation = (secret: MemorySecret, credential: RotatedCredential) => {
  const run = (step: RotationStep, versionId: string) =>
    rotate({ versions: secret, credential }, { step, versionId });
  const runAll = async (versionId: string): Promise<void> => {
    secret.start(versionId);
    for (const step of ROTATION_STEPS) await run(step, versionId);
  };
  return { run, runAll };
};

/** Each call of each step, failing before and after its effect. */
const failures = (callsOf: Partial<Record<RotationStep, number>>) =>
  ROTATION_STEPS.flatMap((step) =>
    Array.from({ length: callsOf[step] ?? 0 }, (_, i) => i + 1).flatMap((call) =>
      (['before', 'after'] as const).map((when) => ({ step, call, when })),
    ),
  );

describe('the secret of a signed webhook', () => {
  let receiver: Awaited<ReturnType<typeof webhookReceiver>>;
  let secret: MemorySecret;
  let credential: RotatedCredential;

  beforeEach(async () => {
    const content = formatKey(randomBytes(48), 0);
    secret = memorySecret(content);
    receiver = await webhookReceiver(outboundSecret(parseKey('v0', content)));
    credential = outboundCredential({
      ...settings,
      receiver: httpWebhookReceiver({ url: receiver.url }, NO_BREAKER),
    });
  });
  afterEach(() => receiver.close());

  /** Status of the answer to a webhook as the product sends it now. */
  const send = async (): Promise<number> => {
    const webhook = { id: 'sent', seconds: Math.floor(Date.now() / 1000), body: '{"type":"sent"}' };
    return httpWebhookReceiver({ url: receiver.url }, NO_BREAKER).deliver(
      signOutbound(secret.ring(), webhook),
      webhook.body,
    );
  };

  it('is given to its receiver, tested there, and only then used', async () => {
    const { run } = rotation(secret, credential);
    secret.start('v1');
    await run('createSecret', 'v1');
    expect(receiver.secrets()).toHaveLength(1);
    await run('setSecret', 'v1');
    const { pending, current } = secret.ring();
    expect(receiver.secrets()).toEqual([pending, current].map((version) => outboundSecret(version!)));
    for (const step of ['testSecret', 'finishSecret'] as const) await run(step, 'v1');
    expect(secret.idOf('current')).toBe('v1');
    expect(receiver.received).toEqual([
      'forestall.secrets.changed',
      ...Array(4).fill('forestall.secrets.tested'),
    ]);
  });

  it.each(failures({ setSecret: 1, testSecret: 3, finishSecret: 3 }))(
    'is valid at every moment if call $call of $step fails $when its effect',
    async ({ step, call, when }) => {
      const { run } = rotation(secret, credential);
      secret.start('v1');
      for (const each of ROTATION_STEPS) {
        if (each === step) {
          receiver.failAt(call, when);
          await expect(run(each, 'v1')).rejects.toThrow(DependencyUnavailableError);
          receiver.heal();
          expect(await send()).toBe(204);
        }
        await run(each, 'v1');
        expect(await send()).toBe(204);
      }
      expect(secret.idOf('current')).toBe('v1');
    },
  );

  it('stays valid through rotations that are cancelled half-way', async () => {
    const { run, runAll } = rotation(secret, credential);
    for (const versionId of ['v1', 'v2', 'v3']) {
      secret.start(versionId);
      await run('createSecret', versionId);
      await run('setSecret', versionId);
      secret.cancel();
      expect(await send()).toBe(204);
    }
    await runAll('v4');
    expect(await send()).toBe(204);
  });

  it('reaches a receiver that knows only the version before', async () => {
    const [before] = receiver.secrets();
    await rotation(secret, credential).runAll('v1');
    receiver.restore(before!);
    expect(await send()).toBe(204);
  });

  it('is not sent on to where a receiver redirects', async () => {
    const redirecting = createServer((_, response) => {
      response.writeHead(307, { location: receiver.url }).end();
    });
    await once(redirecting.listen(0, '127.0.0.1'), 'listening');
    const { port } = redirecting.address() as AddressInfo;
    const webhook = { id: 'sent', seconds: Math.floor(Date.now() / 1000), body: '{"type":"sent"}' };
    const { deliver } = httpWebhookReceiver({ url: `http://127.0.0.1:${port}` }, NO_BREAKER);
    expect(await deliver(signOutbound(secret.ring(), webhook), webhook.body)).toBe(307);
    expect(receiver.received).toEqual([]);
    redirecting.close();
  });

  it('does not become current at a receiver that lost it, or that verifies nothing', async () => {
    const { run } = rotation(secret, credential);
    secret.start('v1');
    for (const step of ['createSecret', 'setSecret'] as const) await run(step, 'v1');
    const { current, pending } = secret.ring();
    receiver.restore(outboundSecret(current));
    await expect(run('testSecret', 'v1')).rejects.toThrow(/401 to a webhook of the pending secret/);
    receiver.restore(outboundSecret(pending!));
    await expect(run('finishSecret', 'v1')).rejects.toThrow(/401 to a webhook of the current secret/);
    await expect(run('setSecret', 'v1')).rejects.toThrow(/configure the current secret there/);
    receiver.stopVerifying();
    await expect(run('finishSecret', 'v1')).rejects.toThrow(/does not verify signatures/);
    expect(secret.idOf('current')).toBe('v0');
  });
});

describe('a token', () => {
  let issuer: Awaited<ReturnType<typeof tokenIssuer>>;
  let secret: MemorySecret;
  let credential: RotatedCredential;

  const issuerAt = (url: string) =>
    httpTokenIssuer({ tokensUrl: `${url}/tokens`, probeUrl: `${url}/me`, tokenField: 'key' }, NO_BREAKER);

  beforeEach(async () => {
    secret = memorySecret('{"token":"first"}');
    issuer = await tokenIssuer('first');
    credential = tokenCredential({ ...settings, prefix: 'forestall-', issuer: issuerAt(issuer.url) });
  });
  afterEach(() => issuer.close());

  const tokenAt = async (label: 'current' | 'previous'): Promise<string> =>
    parseToken(label, (await secret.read(secret.idOf(label) ?? '')) ?? '').token;

  it('is replaced by a new one, and the one before stays valid until the next rotation', async () => {
    const { runAll } = rotation(secret, credential);
    await runAll('v1');
    const second = await tokenAt('current');
    expect([second === 'first', issuer.isValid('first'), issuer.isValid(second)]).toEqual([
      false,
      true,
      true,
    ]);
    await runAll('v2');
    expect(issuer.isValid(await tokenAt('previous'))).toBe(true);
    await runAll('v3');
    expect([issuer.isValid(second), issuer.isValid(await tokenAt('current'))]).toEqual([false, true]);
    // A token that people made is not touched.
    expect([...issuer.tokens.values()].map(({ name }) => name)).toContain('by-hand');
  });

  it.each(failures({ createSecret: 1, setSecret: 2, testSecret: 3, finishSecret: 3 }))(
    'is valid at every moment if call $call of $step fails $when its effect',
    async ({ step, call, when }) => {
      const { run, runAll } = rotation(secret, credential);
      for (const versionId of ['v1', 'v2']) await runAll(versionId);
      secret.start('v3');
      for (const each of ROTATION_STEPS) {
        if (each === step) {
          issuer.failAt(call, when);
          await expect(run(each, 'v3')).rejects.toThrow(DependencyUnavailableError);
          issuer.heal();
          expect(issuer.isValid(await tokenAt('current'))).toBe(true);
        }
        await run(each, 'v3');
        expect(issuer.isValid(await tokenAt('current'))).toBe(true);
      }
      expect(secret.idOf('current')).toBe('v3');
      await runAll('v4');
      // The first one, made by hand, and those of the last two rotations: none is left over.
      expect(issuer.tokens.size).toBe(3);
    },
  );

  it('is issued once for two invocations at once, and the other one is revoked', async () => {
    const { run } = rotation(secret, credential);
    secret.start('v1');
    await Promise.all([run('createSecret', 'v1'), run('createSecret', 'v1')]);
    expect(issuer.tokens.size).toBe(3);
    for (const step of ROTATION_STEPS) await run(step, 'v1');
    expect(issuer.tokens.size).toBe(2);
  });

  it('leaves the tokens of another deployment alone', async () => {
    issuer.tokens.set('77', { name: 'other-1', token: 'other' });
    await rotation(secret, credential).runAll('v1');
    expect(issuer.isValid('other')).toBe(true);
  });

  it('does not become current if it is refused, or if nothing is', async () => {
    const { run } = rotation(secret, credential);
    secret.start('v1');
    await run('createSecret', 'v1');
    const { id = '' } = parseToken('pending', (await secret.read('v1')) ?? '');
    const issued = issuer.tokens.get(id)!;
    issuer.tokens.delete(id);
    await expect(run('testSecret', 'v1')).rejects.toThrow('the pending token is refused');
    issuer.tokens.set(id, issued);
    issuer.openProbe();
    await expect(run('finishSecret', 'v1')).rejects.toThrow('an unknown token is accepted');
    expect(secret.idOf('current')).toBe('v0');
  });

  it.each([
    ['that nobody stored', '{"placeholder":"x"}', ConfigurationError],
    ['that is not JSON', 'first', ConfigurationError],
    ['that the issuer refuses', '{"token":"wrong"}', RotationRefusedError],
  ])('%s is not replaced, and is not shown', async (_, content, expected) => {
    const stored = memorySecret(content);
    stored.start('v1');
    const attempt = rotation(stored, credential).run('createSecret', 'v1');
    await expect(attempt).rejects.toThrow(expected);
    expect(String(await attempt.catch((error: unknown) => error))).not.toContain('wrong');
  });

  it('is not taken from an answer of another form', async () => {
    const { url } = issuer;
    const other = httpTokenIssuer(
      {
        tokensUrl: `${url}/tokens`,
        probeUrl: `${url}/me`,
        tokenField: 'secret',
      },
      NO_BREAKER,
    );
    await expect(other.issue('first', 'x')).rejects.toThrow(/another form/);
    await expect(other.list('wrong')).rejects.toThrow(/answered 401/);
  });

  it('is not sent to a system that does not answer', async () => {
    issuer.close();
    await expect(issuerAt(issuer.url).accepts('first')).rejects.toThrow(/127\.0\.0\.1:\d+ does not answer/);
  });
});
