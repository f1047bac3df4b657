import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InternalServiceError,
  InvalidParameterException,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_STALE_MS, secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { readSecretFacts } from '../../../adapters/platform/secret-facts.ts';
import { rotateSecret } from '../../../adapters/platform/secret-rotator.ts';
import { secretsManagerVersions } from '../../../adapters/platform/secret-versions.ts';
import { MAX_RING_AGE_MS } from '../../../core/platform/secrets/key-ring.ts';
import {
  ConfigurationError,
  ConflictError,
  DependencyUnavailableError,
} from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const mock = mockClient(SecretsManagerClient);
const options = { client: new SecretsManagerClient({ region: 'us-east-1' }), secretId: 'arn:signing' };
const versions = secretsManagerVersions(options);
const failure = { $metadata: {}, message: 'refused' };
const content = (id: string) => JSON.stringify({ key: id.padEnd(64, 'k'), createdAt: 1 });

/** The labels of each version, as DescribeSecret gives them. */
const label = (VersionIdsToStages: Record<string, string[]>, RotationEnabled = true) =>
  mock.on(DescribeSecretCommand).resolves({ VersionIdsToStages, RotationEnabled });

beforeEach(() => {
  mock.reset();
  mock.on(GetSecretValueCommand).callsFake(({ VersionId }) => ({ SecretString: content(VersionId) }));
});

describe('versions of a secret', () => {
  it('have the labels that a rotation asks for', async () => {
    label({ a: ['AWSPREVIOUS'], b: ['AWSCURRENT', 'AWSPENDING'], c: ['other'] });
    expect(await versions.describe()).toEqual({
      isRotationEnabled: true,
      labels: new Map([
        ['a', new Set(['previous'])],
        ['b', new Set(['current', 'pending'])],
        ['c', new Set()],
      ]),
    });
  });

  it('may have no content, or not exist', async () => {
    mock.on(GetSecretValueCommand).rejects(new ResourceNotFoundException(failure));
    expect(await versions.read('a')).toBeUndefined();
    mock.on(GetSecretValueCommand).resolves({});
    expect(await versions.read('a')).toBeUndefined();
  });

  it('are stored as pending under the id of the rotation, and never replaced', async () => {
    mock.on(PutSecretValueCommand).resolvesOnce({}).rejects(new ResourceExistsException(failure));
    await versions.store('b', content('b'));
    expect(mock.commandCalls(PutSecretValueCommand)[0]?.args[0].input).toEqual({
      SecretId: 'arn:signing',
      ClientRequestToken: 'b',
      SecretString: content('b'),
      VersionStages: ['AWSPENDING'],
    });
    await expect(versions.store('b', content('b'))).rejects.toThrow(ConflictError);
  });

  it('are promoted only if the current one is the expected', async () => {
    mock.on(UpdateSecretVersionStageCommand).resolvesOnce({}).rejects(new InvalidParameterException(failure));
    await versions.promote('b', 'a');
    expect(mock.commandCalls(UpdateSecretVersionStageCommand)[0]?.args[0].input).toEqual({
      SecretId: 'arn:signing',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: 'b',
      RemoveFromVersionId: 'a',
    });
    await expect(versions.promote('b', 'a')).rejects.toThrow(ConflictError);
  });

  it.each([
    ['describe', DescribeSecretCommand, () => versions.describe()],
    ['read', GetSecretValueCommand, () => versions.read('a')],
    ['store', PutSecretValueCommand, () => versions.store('a', content('a'))],
    ['promote', UpdateSecretVersionStageCommand, () => versions.promote('b', 'a')],
  ] as const)('%s is worth a retry while Secrets Manager is down', async (_, command, call) => {
    mock.on(command as typeof DescribeSecretCommand).rejects(new InternalServiceError(failure));
    await expect(call()).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('the facts of a secret', () => {
  const listed = (...Versions: { VersionStages: string[]; CreatedDate: Date }[]) =>
    mock.on(ListSecretVersionIdsCommand).resolves({ Versions });

  it('tell since when a version is pending, unless it is also current', async () => {
    label({}, false);
    const [current, pending] = [new Date(1000), new Date(2000)];
    listed(
      { VersionStages: ['AWSCURRENT', 'AWSPENDING'], CreatedDate: current },
      { VersionStages: ['AWSPENDING'], CreatedDate: pending },
    );
    expect(await readSecretFacts('signing', options)).toEqual({
      name: 'signing',
      isRotationEnabled: false,
      currentSince: 1000,
      pendingSince: 2000,
    });
    listed({ VersionStages: ['AWSCURRENT', 'AWSPENDING'], CreatedDate: current });
    expect((await readSecretFacts('signing', options)).pendingSince).toBeUndefined();
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(0);
  });

  it('need a current version', async () => {
    label({});
    listed();
    await expect(readSecretFacts('signing', options)).rejects.toThrow(ConfigurationError);
  });
});

describe('a rotation', () => {
  it('is started under the id of the version that it makes', async () => {
    mock.on(RotateSecretCommand).resolves({});
    await rotateSecret(options, 'v'.repeat(32));
    expect(mock.commandCalls(RotateSecretCommand)[0]?.args[0].input).toEqual({
      SecretId: 'arn:signing',
      ClientRequestToken: 'v'.repeat(32),
    });
  });
});

describe('a cached ring', () => {
  const start = () => {
    const clock = { now: 1_000_000 };
    const { telemetry, counts, lines } = recordedTelemetry();
    return {
      clock,
      counts,
      lines,
      rings: secretsManagerRings({ ...options, now: () => clock.now, telemetry }),
    };
  };
  const reads = () => mock.commandCalls(GetSecretValueCommand).length;

  it('holds the versions with labels, the pending one only while it is apart', async () => {
    label({ a: ['AWSPREVIOUS'], b: ['AWSCURRENT'], c: ['AWSPENDING'] });
    const { rings, clock } = start();
    const ring = await rings.read();
    expect([ring.current.id, ring.previous?.id, ring.pending?.id]).toEqual(['b', 'a', 'c']);
    label({ b: ['AWSPREVIOUS'], c: ['AWSCURRENT', 'AWSPENDING'] });
    clock.now += MAX_RING_AGE_MS;
    const next = await rings.read();
    expect([next.current.id, next.previous?.id, next.pending]).toEqual(['c', 'b', undefined]);
    expect(reads()).toBe(3);
  });

  it('is read again after five minutes, once for all requests at that time', async () => {
    label({ a: ['AWSCURRENT'] });
    const { rings, clock } = start();
    await Promise.all([rings.read(), rings.read(), rings.readAgain()]);
    clock.now += MAX_RING_AGE_MS - 1;
    await rings.read();
    expect(mock.commandCalls(DescribeSecretCommand)).toHaveLength(1);
    clock.now += 1;
    await Promise.all([rings.read(), rings.read()]);
    expect(mock.commandCalls(DescribeSecretCommand)).toHaveLength(2);
    expect(reads()).toBe(1);
  });

  it('is read again for an unknown key, every ten seconds at most', async () => {
    label({ a: ['AWSCURRENT'] });
    const { rings, clock } = start();
    await rings.read();
    label({ a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] });
    clock.now += 9_999;
    expect((await rings.readAgain()).current.id).toBe('a');
    clock.now += 1;
    expect((await rings.readAgain()).current.id).toBe('b');
  });

  it('serves on while Secrets Manager is down, and counts it', async () => {
    label({ a: ['AWSCURRENT'] });
    const { rings, clock, counts, lines } = start();
    await rings.read();
    mock.on(DescribeSecretCommand).rejects(new InternalServiceError(failure));
    clock.now += MAX_RING_AGE_MS;
    expect((await rings.read()).current.id).toBe('a');
    await rings.read();
    expect(counts).toEqual({ KeyRingStale: 1 });
    clock.now += 10_000;
    await rings.read();
    expect(counts).toEqual({ KeyRingStale: 2 });
    expect(JSON.stringify(lines)).not.toContain('kkk');
    label({ b: ['AWSCURRENT'] });
    clock.now += 10_000;
    expect((await rings.read()).current.id).toBe('b');
  });

  it('fails after an hour without Secrets Manager: its versions may have retired', async () => {
    label({ a: ['AWSCURRENT'] });
    const { rings, clock, counts } = start();
    await rings.read();
    mock.on(DescribeSecretCommand).rejects(new InternalServiceError(failure));
    clock.now += MAX_STALE_MS - 1;
    expect((await rings.read()).current.id).toBe('a');
    clock.now += 1;
    await expect(rings.read()).rejects.toThrow(DependencyUnavailableError);
    await expect(rings.readAgain()).rejects.toThrow(DependencyUnavailableError);
    expect(counts).toEqual({ KeyRingStale: 3 });
    label({ b: ['AWSCURRENT'] });
    expect((await rings.read()).current.id).toBe('b');
  });

  it('fails without a known ring, and is tried again with the next request', async () => {
    mock
      .on(DescribeSecretCommand)
      .rejectsOnce(new InternalServiceError(failure))
      .resolves({
        VersionIdsToStages: { a: ['AWSCURRENT'] },
      });
    const { rings } = start();
    await expect(rings.read()).rejects.toThrow(DependencyUnavailableError);
    expect((await rings.read()).current.id).toBe('a');
  });

  it('leaves out a pending version without content, and reads it later', async () => {
    label({ a: ['AWSCURRENT'], b: ['AWSPENDING'] });
    mock
      .on(GetSecretValueCommand, { VersionId: 'b' })
      .rejectsOnce(new ResourceNotFoundException(failure))
      .resolves({ SecretString: content('b') });
    const { rings, clock } = start();
    expect((await rings.read()).pending).toBeUndefined();
    clock.now += 10_000;
    expect((await rings.readAgain()).pending?.id).toBe('b');
  });

  it('needs a current version', async () => {
    label({ b: ['AWSPENDING'] });
    await expect(start().rings.read()).rejects.toThrow(ConfigurationError);
  });
});
