import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretRotated } from '../../../../core/platform/events.ts';
import { formatKey } from '../../../../core/platform/secrets/key-ring.ts';
import { ROTATION_STEPS } from '../../../../core/platform/secrets/rotate.ts';
import { signingCredential } from '../../../../core/platform/secrets/signing-credential.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/platform/rotate-secret/handler.ts';
import { memorySecret } from '../../../fakes/secrets.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = Date.UTC(2026, 10, 29);
const start = () => {
  const secret = memorySecret(formatKey(randomBytes(48), 0));
  const { events, published } = memoryEvents();
  const { telemetry, lines, counts } = recordedTelemetry();
  const handler = makeHandler({
    secrets: [{ name: 'signing', kind: 'signing', arn: 'arn:signing' }],
    versionsOf: () => secret,
    credentialOf: () => signingCredential({ random: randomBytes, now: () => NOW }),
    events,
    telemetry,
    ownTenant: 'default',
    now: () => NOW,
  });
  const step = (Step: string, SecretId = 'arn:signing') =>
    handler({ Step, SecretId, ClientRequestToken: 'v1', RotationToken: 'ignored' });
  return { secret, published, lines, counts, handler, step };
};

describe('the rotation function', () => {
  it('rotates in four steps, and announces the end', async () => {
    const { secret, published, counts, step } = start();
    secret.start('v1');
    for (const each of ROTATION_STEPS) await step(each);
    expect(secret.idOf('current')).toBe('v1');
    expect(counts).toEqual({ SecretRotated: 1 });
    expect(published.map(({ detail }) => SecretRotated.parse(detail))).toEqual([
      {
        id: 'SecretRotated/default/v1',
        tenantId: 'default',
        occurredAt: '2026-11-29T00:00:00.000Z',
        secret: 'signing',
        versionId: 'v1',
      },
    ]);
  });

  it('announces under the same id if its last step is repeated', async () => {
    const { secret, published, step } = start();
    secret.start('v1');
    for (const each of [...ROTATION_STEPS, 'finishSecret']) await step(each);
    expect(published.map(({ detail }) => detail.id)).toEqual(Array(2).fill('SecretRotated/default/v1'));
  });

  it('logs no content of the secret', async () => {
    const { secret, lines, published, step } = start();
    const contents = [await secret.read('v0')];
    secret.start('v1');
    for (const each of ROTATION_STEPS) await step(each);
    contents.push(await secret.read('v1'));
    for (const content of contents) {
      const { key } = JSON.parse(content ?? '') as { key: string };
      expect(JSON.stringify([lines, published])).not.toContain(key.slice(0, 12));
    }
  });

  it.each([
    ['an unknown secret', { Step: 'createSecret', SecretId: 'arn:other', ClientRequestToken: 'v1' }],
    ['an unknown step', { Step: 'deleteSecret', SecretId: 'arn:signing', ClientRequestToken: 'v1' }],
    ['an event without a version', { Step: 'createSecret', SecretId: 'arn:signing' }],
  ])('refuses %s', async (_, event) => {
    await expect(start().handler(event)).rejects.toThrow(InvalidInputError);
  });
});
