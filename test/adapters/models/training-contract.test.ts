/** What trainings read, sign and answer keeps its promises in memory as in AWS. */
import { S3Client } from '@aws-sdk/client-s3';
import {
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringSigner } from '../../../adapters/models/artefact-signer.ts';
import { s3Snapshots } from '../../../adapters/models/snapshot-files.ts';
import { s3TrustedKeys } from '../../../adapters/models/trusted-keys.ts';
import { waitingTrainings } from '../../../adapters/models/waiting-trainings.ts';
import type { LearnedSeries } from '../../../core/models/learned-series.ts';
import type { Snapshots, TrustedKeys } from '../../../core/models/ports.ts';
import { signatureFault, signedBytes } from '../../../core/models/registry/artefact-signature.ts';
import { snapshotManifest } from '../../../core/models/training/snapshot-manifest.ts';
import { formatKey } from '../../../core/platform/secrets/key-ring.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../core/shared/errors.ts';
import { memoryFleet, memoryKeys, memorySnapshots } from '../../fakes/models.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { memorySecret } from '../../fakes/secrets.ts';
import { hash, NOW, SCOPE, sampleSeries, sampleVersion } from '../../unit/models/samples.ts';

interface Stores {
  readonly snapshots: (fleet: readonly LearnedSeries[]) => Snapshots;
  readonly keys: TrustedKeys;
  /** Everything stored, by key. */
  readonly objects: Map<string, Uint8Array>;
}

const inMemory = (): Stores => {
  const objects = new Map<string, Uint8Array>();
  const snapshots = (fleet: readonly LearnedSeries[]) => memorySnapshots(memoryFleet(fleet), objects);
  return { snapshots, keys: memoryKeys(), objects };
};

const inAws = (): Stores => {
  const client = new S3Client({ region: 'us-east-1' });
  const { objects } = memoryBucket(client);
  const bucket = { client, bucketName: 'models' };
  const snapshots = (fleet: readonly LearnedSeries[]) => s3Snapshots(bucket, memoryFleet(fleet));
  return { snapshots, keys: s3TrustedKeys(bucket), objects };
};

const WINDOW = { from: NOW - 86_400, to: NOW };

const many = (count: number): LearnedSeries[] =>
  Array.from({ length: count }, (_, i) => sampleSeries({ seriesId: `web-${i}/cpu_percent` }));

/** Takes a snapshot; returns the hash of its manifest. */
const take = async (snapshots: Snapshots, scope = SCOPE): Promise<string> => {
  const manifest = snapshotManifest(scope, WINDOW, await snapshots.objects(scope, WINDOW));
  await snapshots.put(manifest, jsonHash(manifest));
  return jsonHash(manifest);
};

const byId = (a: LearnedSeries, b: LearnedSeries): number => (a.seriesId < b.seriesId ? -1 : 1);

describe.each([
  ['in memory', inMemory],
  ['in AWS', inAws],
])('snapshots %s', (_, make) => {
  it('hold all series of the fleet, each once, whatever happens to the fleet afterwards', async () => {
    for (const count of [1, 32, 33, 70]) {
      const { snapshots } = make();
      const taken = await take(snapshots(many(count)));
      const found = await snapshots([]).series(SCOPE, taken);
      expect(found.toSorted(byId)).toEqual(many(count).toSorted(byId));
    }
  });

  it('have equal manifests of equal fleets, and other ones of others', async () => {
    const { snapshots } = make();
    const first = await take(snapshots(many(40)));
    expect(await take(snapshots(many(40)))).toBe(first);
    expect(await take(snapshots(many(41)))).not.toBe(first);
    expect(await take(snapshots([sampleSeries({ threshold: null })]))).not.toBe(
      await take(snapshots([sampleSeries()])),
    );
  });

  it('of an empty fleet have no objects', async () => {
    expect(await make().snapshots([]).objects(SCOPE, WINDOW)).toEqual([]);
  });

  it('are those of their tenant', async () => {
    const { snapshots } = make();
    const taken = await take(snapshots(many(2)));
    const other = { ...SCOPE, tenantId: 'other' };
    await expect(snapshots([]).series(other, taken)).rejects.toBeInstanceOf(InvalidInputError);
    await expect(snapshots([]).series(SCOPE, hash('none'))).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('that somebody changed are not learned from', async () => {
    const { snapshots, objects } = make();
    const taken = await take(snapshots(many(2)));
    const [name, bytes] = [...objects].find(([key]) => !key.includes('manifests'))!;
    const refused = async () => {
      await expect(snapshots([]).series(SCOPE, taken)).rejects.toBeInstanceOf(UnreadableItemError);
    };
    const other = inAws();
    await take(make === inAws ? other.snapshots(many(3)) : other.snapshots([]));
    const [, others = new Uint8Array()] =
      [...other.objects].find(([key]) => !key.includes('manifests')) ?? [];
    for (const damaged of [Buffer.from('nonsense'), bytes.subarray(1), others]) {
      objects.set(name, damaged);
      await refused();
    }
    objects.delete(name);
    await refused();
  });
});

describe('manifests in AWS', () => {
  it('with other content than their hash says are refused', async () => {
    const { snapshots, objects } = inAws();
    const taken = await take(snapshots(many(2)));
    const [name, bytes] = [...objects].find(([key]) => key.includes('manifests'))!;
    objects.set(name, Buffer.from(Buffer.from(bytes).toString().replace('fleet-trees', 'fleet-forest')));
    await expect(snapshots([]).series(SCOPE, taken)).rejects.toBeInstanceOf(UnreadableItemError);
  });
});

describe.each([
  ['in memory', inMemory],
  ['in AWS', inAws],
])('public keys %s', (_, make) => {
  const key = (keyId: string, digit = 'A') => ({ keyId, publicKey: digit.repeat(43) });

  it('are kept for their tenant, once each, and never replaced', async () => {
    const { keys } = make();
    for (const each of [key('v1'), key('v2'), key('v1'), key('v1', 'B')]) await keys.add('acme', each);
    const found = (await keys.all('acme')).toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
    expect(found).toEqual([key('v1'), key('v2')]);
    expect(await keys.all('acme-eu')).toEqual([]);
  });
});

describe('the signer', () => {
  const secretOf = (seed: number) => memorySecret(formatKey(new Uint8Array(48).fill(seed), 0));
  const { manifest } = sampleVersion();

  it('signs so that the signature is verified with the public key of the tenant, also after rotations', async () => {
    const { keys } = inAws();
    const secret = secretOf(1);
    const signer = ringSigner({
      rings: { read: async () => secret.ring(), readAgain: async () => secret.ring() },
      keys,
    });
    const signatures = [await signer.sign('acme', signedBytes(manifest))];
    for (const version of ['v1', 'v2', 'v3']) {
      const before = secret.idOf('current') ?? '';
      secret.start(version);
      await secret.store(version, formatKey(Buffer.from(version.padEnd(48)), 0));
      await secret.promote(version, before);
      signatures.push(await signer.sign('acme', signedBytes(manifest)));
    }
    expect(new Set(signatures.map(({ keyId }) => keyId)).size).toBe(4);
    const trusted = await keys.all('acme');
    for (const signature of signatures) expect(signatureFault(manifest, signature, trusted)).toBeUndefined();
    const changed = { ...manifest, version: '9.9.9' };
    for (const signature of signatures) expect(signatureFault(changed, signature, trusted)).toBeDefined();
  });

  it('has another key for each tenant, and the same one each time', async () => {
    const { keys } = inAws();
    const secret = secretOf(2);
    const rings = { read: async () => secret.ring(), readAgain: async () => secret.ring() };
    const sign = (tenantId: string) => ringSigner({ rings, keys }).sign(tenantId, signedBytes(manifest));
    expect(await sign('acme')).toEqual(await sign('acme'));
    await sign('globex');
    const [own, other] = [await keys.all('acme'), await keys.all('globex')];
    expect(own).toHaveLength(1);
    expect(own[0]?.publicKey).not.toBe(other[0]?.publicKey);
    expect(signatureFault(manifest, await sign('globex'), own)).toBeDefined();
  });
});

describe('trainings that wait', () => {
  const sfn = mockClient(SFNClient);
  const waiting = waitingTrainings(new SFNClient({ region: 'us-east-1' }));

  it('get the answer of a person', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('approved' as const, 'declined' as const), async (answer) => {
        sfn.reset();
        sfn.on(SendTaskSuccessCommand).resolves({});
        expect(await waiting.answer('token', answer)).toBe('sent');
        expect(sfn.commandCalls(SendTaskSuccessCommand).map(({ args: [{ input }] }) => input)).toEqual([
          { taskToken: 'token', output: JSON.stringify({ answer }) },
        ]);
      }),
      { numRuns: 4 },
    );
  });

  it.each([
    new TaskTimedOut({ message: 'late', $metadata: {} }),
    new TaskDoesNotExist({ message: 'gone', $metadata: {} }),
    new InvalidToken({ message: 'unknown', $metadata: {} }),
  ])('are told apart from those that do not: $name', async (error) => {
    sfn.reset();
    sfn.on(SendTaskSuccessCommand).rejects(error);
    expect(await waiting.answer('token', 'approved')).toBe('not-waiting');
  });

  it('are unavailable while Step Functions throttles', async () => {
    sfn.reset();
    sfn.on(SendTaskSuccessCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(waiting.answer('token', 'approved')).rejects.toBeInstanceOf(DependencyUnavailableError);
  });
});
