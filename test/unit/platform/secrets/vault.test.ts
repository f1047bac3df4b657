import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKey, type KeyVersion, PROPAGATION_MS } from '../../../../core/platform/secrets/key-ring.ts';
import { ROTATION_STEPS, rotate } from '../../../../core/platform/secrets/rotate.ts';
import { openRecord, rewrapRecord, sealRecord } from '../../../../core/platform/secrets/vault.ts';
import { vaultCredential } from '../../../../core/platform/secrets/vault-credential.ts';
import { UnreadableItemError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/platform/reencrypt-vault/handler.ts';
import { memoryRings, memorySecret, memoryVault } from '../../../fakes/secrets.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const START = Date.UTC(2026, 10, 29);
const settings = { random: randomBytes, now: START };
const version = (id: string): KeyVersion => ({ id, key: id.padEnd(64, 'k'), createdAt: 0 });
const ring = { current: version('b'), previous: version('a') };
const owner = { tenantId: 'acme', recordId: 'user-1' };
const plain = Buffer.from('ada@example.com');

describe('a sealed record', () => {
  it('opens with the version that sealed it, and shows nothing of its content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sealed = sealRecord(ring, owner, bytes, settings);
        expect(Buffer.from(openRecord(ring, owner, sealed))).toEqual(Buffer.from(bytes));
        expect(openRecord({ current: version('c'), previous: ring.current }, owner, sealed)).toBeDefined();
        if (bytes.length > 8) expect(Buffer.from(sealed.body).includes(Buffer.from(bytes))).toBe(false);
      }),
    );
  });

  it('keeps its body when its key is wrapped anew', () => {
    const before = sealRecord({ current: version('a') }, owner, plain, settings);
    const after = rewrapRecord(ring, owner, before, settings);
    expect(after.keyId).toBe('b');
    expect(after.body).toBe(before.body);
    expect(openRecord({ current: version('b') }, owner, after).toString()).toBe(plain.toString());
  });

  it('is sealed differently each time', () => {
    const [one, two] = [1, 2].map(() => sealRecord(ring, owner, plain, settings));
    expect(one!.body).not.toEqual(two!.body);
    expect(one!.wrappedKey).not.toEqual(two!.wrappedKey);
  });

  const sealed = sealRecord(ring, owner, plain, settings);
  const altered = (bytes: Uint8Array, at: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at]! ^= 1;
    return copy;
  };

  it.each([
    ['another tenant', { ...owner, tenantId: 'globex' }, sealed, ring],
    ['another record', { ...owner, recordId: 'user-2' }, sealed, ring],
    ['a retired version', owner, sealed, { current: version('c') }],
    ['another key under the same id', owner, sealed, { current: { ...version('b'), key: 'x'.repeat(64) } }],
    ['a body of no length', owner, { ...sealed, body: new Uint8Array() }, ring],
    ['a key of no length', owner, { ...sealed, wrappedKey: new Uint8Array() }, ring],
    [
      'the body of another record',
      owner,
      { ...sealRecord(ring, owner, plain, settings), body: sealed.body },
      ring,
    ],
  ])('does not open for %s', (_, who, what, keys) => {
    expect(() => openRecord(keys, who, what)).toThrow(UnreadableItemError);
  });

  it('does not open if any byte was altered', () => {
    for (const part of ['body', 'wrappedKey'] as const)
      for (let at = 0; at < sealed[part].length; at++)
        expect(() => openRecord(ring, owner, { ...sealed, [part]: altered(sealed[part], at) })).toThrow(
          UnreadableItemError,
        );
  });
});

const world = async (count: number) => {
  const clock = { now: START };
  const secret = memorySecret(formatKey(randomBytes(48), 0));
  const vault = memoryVault();
  const { telemetry, lines } = recordedTelemetry();
  const now = () => clock.now;
  const deps = { random: randomBytes, now };
  const credential = vaultCredential({ ...deps, versions: secret, store: vault.store });
  const rotateTo = async (versionId: string) => {
    secret.start(versionId);
    for (const step of ROTATION_STEPS) await rotate({ versions: secret, credential }, { step, versionId });
    clock.now += PROPAGATION_MS;
  };
  const owners = Array.from({ length: count }, (_, i) => ({ tenantId: `t${i % 3}`, recordId: `r${i}` }));
  for (const each of owners) {
    const record = sealRecord(secret.ring(), each, Buffer.from(each.recordId), { ...deps, now: clock.now });
    await vault.store.put({ owner: each, sealed: record });
  }
  const isAllReadable = async () => {
    for (const each of owners) {
      const record = await vault.store.get(each);
      const opened = record && openRecord(secret.ring(), each, record);
      if (opened?.toString() !== each.recordId) return false;
    }
    return true;
  };
  const run = (maxRunMs = 60_000) =>
    makeHandler({ ...deps, store: vault.store, rings: memoryRings(secret), telemetry, maxRunMs })();
  return { clock, secret, vault, lines, rotateTo, isAllReadable, run };
};

describe('re-encryption', () => {
  it('leaves no record with the previous version, over several pages', async () => {
    const { vault, rotateTo, run, isAllReadable } = await world(120);
    await rotateTo('v1');
    expect(await isAllReadable()).toBe(true);
    expect(await run()).toEqual({ rewrapped: 120, unreadable: 0, isDone: true });
    expect(new Set([...vault.records.values()].map(({ sealed }) => sealed.keyId))).toEqual(new Set(['v1']));
    expect(await isAllReadable()).toBe(true);
    expect(await run()).toMatchObject({ rewrapped: 0, isDone: true });
  });

  it('waits until every reader knows the new version', async () => {
    const { clock, rotateTo, run } = await world(3);
    await rotateTo('v1');
    clock.now -= PROPAGATION_MS;
    expect(await run()).toEqual({ rewrapped: 0, unreadable: 0, isDone: false });
  });

  it('ends in time, and the next run continues', async () => {
    const { rotateTo, run } = await world(3);
    await rotateTo('v1');
    expect(await run(0)).toEqual({ rewrapped: 0, unreadable: 0, isDone: false });
    expect(await run()).toMatchObject({ rewrapped: 3, isDone: true });
  });

  it('is harmless wherever it is killed, and a second run completes it', async () => {
    const calls = 8;
    for (const when of ['before', 'after'] as const)
      for (let failAt = 1; failAt <= calls + 2; failAt++) {
        const { vault, rotateTo, run, isAllReadable } = await world(calls);
        await rotateTo('v1');
        vault.failAt(failAt, when);
        await run().catch(() => {});
        expect(await isAllReadable()).toBe(true);
        await run().catch(() => run());
        expect(await isAllReadable()).toBe(true);
        expect(await run()).toMatchObject({ rewrapped: 0, isDone: true });
      }
  });

  it('may run twice at once', async () => {
    const { rotateTo, run, isAllReadable } = await world(20);
    await rotateTo('v1');
    const outcomes = await Promise.all([run(), run()]);
    expect(outcomes.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(20);
    expect(await isAllReadable()).toBe(true);
  });

  it('reports a damaged record and goes on with the others', async () => {
    const { vault, rotateTo, run, lines } = await world(3);
    await rotateTo('v1');
    const [name, record] = [...vault.records][0]!;
    vault.records.set(name, { ...record, sealed: { ...record.sealed, wrappedKey: new Uint8Array(60) } });
    expect(await run()).toEqual({ rewrapped: 2, unreadable: 1, isDone: false });
    expect(lines.some(({ message }) => message === 'a sealed record cannot be read')).toBe(true);
  });
});

describe('the rotation of the vault', () => {
  it('is refused while records depend on the version that it would retire', async () => {
    const { secret, rotateTo, run, isAllReadable } = await world(2);
    await rotateTo('v1');
    await expect(rotateTo('v2')).rejects.toThrow(/re-encrypt the vault first/);
    expect(secret.idOf('current')).toBe('v1');
    expect(await isAllReadable()).toBe(true);
    await run();
    secret.cancel();
    await rotateTo('v3');
    expect(await isAllReadable()).toBe(true);
  });

  it('never promotes content that is not a key', async () => {
    const { secret, rotateTo } = await world(0);
    secret.start('v1');
    await secret.store('v1', '{"key":"short"}');
    secret.cancel();
    await expect(rotateTo('v1')).rejects.toThrow(/not a key/);
    expect(secret.idOf('current')).toBe('v0');
  });
});
