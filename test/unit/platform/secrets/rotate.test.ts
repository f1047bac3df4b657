import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKey, signingVersion, validVersions } from '../../../../core/platform/secrets/key-ring.ts';
import type { SecretVersions } from '../../../../core/platform/secrets/ports.ts';
import { ROTATION_STEPS, type RotationStep, rotate } from '../../../../core/platform/secrets/rotate.ts';
import { signingCredential } from '../../../../core/platform/secrets/signing-credential.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { type MemorySecret, memorySecret } from '../../../fakes/secrets.ts';

const NOW = Date.UTC(2026, 10, 29);
const credential = signingCredential({ random: randomBytes, now: () => NOW });
const newSecret = () => memorySecret(formatKey(randomBytes(48), 0));
const run = (versions: SecretVersions, step: RotationStep, versionId = 'v1') =>
  rotate({ versions, credential }, { step, versionId });
const runAll = async (secret: MemorySecret, versionId: string) => {
  secret.start(versionId);
  for (const step of ROTATION_STEPS) await run(secret, step, versionId);
};

/** The port methods that change something, of which one call fails, before or after its effect. */
const failing = (secret: SecretVersions, method: 'store' | 'promote' | 'read', when: 'before' | 'after') => {
  let hasFailed = false;
  const call = async (...args: never[]) => {
    const act = secret[method] as (...args: never[]) => Promise<unknown>;
    if (hasFailed) return act(...args);
    hasFailed = true;
    if (when === 'after') await act(...args);
    throw new Error('the connection was lost');
  };
  return { ...secret, [method]: call } as SecretVersions;
};

describe('a rotation', () => {
  it('makes the pending version current and keeps the one before', async () => {
    const secret = newSecret();
    await runAll(secret, 'v1');
    expect([secret.idOf('current'), secret.idOf('previous')]).toEqual(['v1', 'v0']);
    await runAll(secret, 'v2');
    expect([secret.idOf('current'), secret.idOf('previous')]).toEqual(['v2', 'v1']);
    expect(await secret.read('v1')).not.toBe(await secret.read('v2'));
  });

  it.each(ROTATION_STEPS)('does nothing more if %s is repeated after its end', async (step) => {
    const secret = newSecret();
    await runAll(secret, 'v1');
    const ring = secret.ring();
    expect(await run(secret, step)).toBe('finished');
    expect(secret.ring()).toEqual(ring);
  });

  it.each(
    ROTATION_STEPS.flatMap((step) =>
      (['store', 'promote', 'read'] as const).flatMap((method) =>
        (['before', 'after'] as const).map((when) => ({ step, method, when })),
      ),
    ),
  )('ends well if $step fails $when $method and is repeated', async ({ step, method, when }) => {
    const secret = newSecret();
    secret.start('v1');
    for (const each of ROTATION_STEPS) {
      if (each === step) {
        await run(failing(secret, method, when), each).catch(() => {});
        expect(secret.ring().current).toBeDefined();
      }
      await run(secret, each);
    }
    expect(secret.idOf('current')).toBe('v1');
  });

  it.each(ROTATION_STEPS)('may run %s twice at once', async (step) => {
    const secret = newSecret();
    secret.start('v1');
    for (const each of ROTATION_STEPS)
      await Promise.all((each === step ? [1, 2, 3] : [1]).map(() => run(secret, each)));
    expect([secret.idOf('current'), secret.idOf('previous')]).toEqual(['v1', 'v0']);
  });

  it.each(['setSecret', 'finishSecret'] as const)(
    'refuses %s while the pending version has no content',
    async (step) => {
      const secret = newSecret();
      secret.start('v1');
      await expect(run(secret, step)).rejects.toThrow(/v1 has no content/);
      expect(secret.idOf('current')).toBe('v0');
    },
  );

  it.each([
    ['empty', undefined],
    ['a copy of the current one', 'v0'],
  ])(
    'lets Secrets Manager try a new schedule on a version that is %s, and never promotes it',
    async (_, copied) => {
      const secret = newSecret();
      secret.start('v1');
      if (copied !== undefined) await secret.store('v1', (await secret.read(copied)) ?? '');
      expect(await run(secret, 'testSecret')).toBe('in-progress');
      await expect(run(secret, 'finishSecret')).rejects.toThrow();
      expect(secret.idOf('current')).toBe('v0');
    },
  );

  it.each(ROTATION_STEPS)('refuses %s after it was cancelled', async (step) => {
    const secret = newSecret();
    secret.start('v1');
    await run(secret, 'createSecret');
    secret.cancel();
    await expect(run(secret, step)).rejects.toThrow(/cancelled/);
    expect(secret.idOf('current')).toBe('v0');
  });

  it('refuses an unknown version, an old one, and a secret whose rotation is off', async () => {
    const secret = newSecret();
    await expect(run(secret, 'createSecret', 'other')).rejects.toThrow(/has no version other/);
    await runAll(secret, 'v1');
    await expect(run(secret, 'finishSecret', 'v0')).rejects.toThrow(/v0 is not pending/);
    secret.setRotation(false);
    await expect(run(secret, 'createSecret')).rejects.toThrow(InvalidInputError);
  });

  it.each([
    ['is damaged', '{"key":"short"}'],
    ['is not JSON', 'secret-text'],
  ])('never promotes a version that %s, and shows nothing of it', async (_, content) => {
    const secret = newSecret();
    secret.start('v1');
    await secret.store('v1', content);
    for (const step of ['testSecret', 'finishSecret'] as const) {
      const error: unknown = await run(secret, step).catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/pending of the secret/);
      expect(String(error)).not.toContain(content);
    }
    expect(secret.idOf('current')).toBe('v0');
  });

  it('never promotes a copy of the current version', async () => {
    const secret = newSecret();
    secret.start('v1');
    await secret.store('v1', (await secret.read('v0')) ?? '');
    await expect(run(secret, 'finishSecret')).rejects.toThrow(/signs as before/);
  });
});

type Action =
  | { readonly kind: 'start' }
  | { readonly kind: 'cancel' }
  | {
      readonly kind: 'step';
      readonly step: RotationStep;
      readonly age: number;
      readonly times: number;
      readonly fail?:
        | { readonly method: 'store' | 'promote' | 'read'; readonly when: 'before' | 'after' }
        | undefined;
    };

const actions = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const) }) },
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        step: fc.constantFrom(...ROTATION_STEPS),
        age: fc.nat({ max: 2 }),
        times: fc.integer({ min: 1, max: 3 }),
        fail: fc.option(
          fc.record({
            method: fc.constantFrom('store' as const, 'promote' as const, 'read' as const),
            when: fc.constantFrom('before' as const, 'after' as const),
          }),
          { nil: undefined },
        ),
      }),
    },
  ),
  { maxLength: 60 },
);

describe('any interleaving of steps, repetitions, failures and cancellations', () => {
  const execute = async (secret: MemorySecret, versions: string[], action: Action): Promise<void> => {
    if (action.kind === 'cancel') secret.cancel();
    else if (action.kind === 'start') {
      try {
        secret.start(`v${versions.length + 1}`);
        versions.push(`v${versions.length + 1}`);
      } catch {
        // A rotation is in progress.
      }
    } else {
      const versionId = versions.at(-1 - action.age);
      if (versionId === undefined) return;
      const port = action.fail ? failing(secret, action.fail.method, action.fail.when) : secret;
      const runs = Array.from({ length: action.times }, () => run(port, action.step, versionId));
      await Promise.allSettled(runs);
    }
  };

  it('leaves a valid current version at every moment, and the version before it valid', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (list) => {
        const secret = newSecret();
        const versions: string[] = [];
        for (const action of list) {
          const before = secret.ring();
          await execute(secret, versions, action);
          const after = secret.ring();
          const valid = validVersions(after).map(({ id }) => id);
          expect(valid).toContain(signingVersion(before, NOW).id);
          if (after.current.id !== before.current.id) {
            expect(after.previous?.id).toBe(before.current.id);
            expect(before.pending?.id).toBe(after.current.id);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
