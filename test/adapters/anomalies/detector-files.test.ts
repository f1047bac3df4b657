import { S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3DetectorFiles } from '../../../adapters/anomalies/detector-files.ts';
import { replayHour } from '../../../core/anomalies/tracking/replay-hours.ts';
import {
  packDetectors,
  TargetDetectors,
  unpackDetectors,
} from '../../../core/anomalies/tracking/target-detectors.ts';
import { trackTarget } from '../../../core/anomalies/tracking/track-target.ts';
import type { Block } from '../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../../core/metrics/blocks/stored-block.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { hourOf } from '../../../core/shared/time.ts';
import { makeHandler } from '../../../functions/anomalies/detect-anomalies/handler.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { memoryDeadLetters } from '../../fakes/shared.ts';
import { LIGHT, NOW, OWNER, usual, world } from '../../unit/anomalies/tracking/target-world.ts';

/** The limit of an item of DynamoDB, in which the states were stored before. */
const ITEM_BYTES = 400 * 1024;
const METRICS = 1000;
const KEY = 'detectors/tenant=acme/web-1.bin';

const client = new S3Client({ region: 'us-east-1' });
const files = s3DetectorFiles({ client, bucketName: 'forecasts' });
let bucket: ReturnType<typeof memoryBucket>;

beforeEach(() => {
  bucket = memoryBucket(client);
});

/** Points of one hour; the metrics differ by a shift in time. */
const hourBlock = (metrics: number, stepSeconds: number, hour: number): Block => {
  const offsets = Uint16Array.from({ length: 3600 / stepSeconds }, (_, i) => i * stepSeconds);
  return new Map(
    Array.from({ length: metrics }, (_, metric) => {
      const values = Float64Array.from(offsets, (at) => usual(hour * 3600 + at + 977 * metric));
      return [`system.metric.${metric}`, { offsets, values, receipts: new Float64Array(offsets.length) }];
    }),
  );
};

const FIRST_HOUR = hourOf(NOW) - 14 * 24;

const learn = (metrics: number, stepSeconds: number): TargetDetectors => {
  const detectors = new TargetDetectors(FIRST_HOUR);
  const context = { owner: OWNER, settings: LIGHT, metrics: {}, forecast: undefined, tracked: metrics };
  for (let hour = FIRST_HOUR; hour < hourOf(NOW); hour++)
    replayHour(detectors, hour, hourBlock(metrics, stepSeconds, hour), context);
  detectors.close(hourOf(NOW), FIRST_HOUR);
  return detectors;
};

describe('the state of a target with 1,000 metrics that report every minute for two weeks', () => {
  // 50 metrics really learn; their copies are further apart than the window in which compression finds repeats.
  const learned = learn(50, 60);
  const large = new TargetDetectors(
    learned.openHour,
    Array.from({ length: METRICS / 50 }, () => [...unpackDetectors(packDetectors(learned)).series.values()])
      .flat()
      .map((series, n) => Object.assign(series, { metric: `system.metric.${n}` })),
  );
  const bytes = packDetectors(large);

  it('is larger than an item, and is stored, read and replaced as one object', async () => {
    expect(bytes.length).toBeGreaterThan(ITEM_BYTES);
    expect(await files.replace(OWNER, bytes, undefined)).toBe(true);
    const stored = await files.read(OWNER);
    expect([...bucket.objects.keys()]).toEqual([KEY]);
    const restored = unpackDetectors(stored!.bytes);
    expect(restored.series.size).toBe(METRICS);
    expect(Buffer.from(packDetectors(restored)).equals(bytes)).toBe(true);
    expect(await files.replace(OWNER, Uint8Array.of(1), stored?.version)).toBe(true);
  });

  it('is replaced by one of two writers that read the same version', async () => {
    await files.replace(OWNER, bytes, undefined);
    expect(await files.replace(OWNER, Uint8Array.of(1), undefined)).toBe(false);
    const version = (await files.read(OWNER))?.version;
    const results = await Promise.all([1, 2].map((n) => files.replace(OWNER, Uint8Array.of(n), version)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect((await files.read(OWNER))?.bytes).toHaveLength(1);
  });

  it('that expired meanwhile is a lost race', async () => {
    await files.replace(OWNER, bytes, undefined);
    const version = (await files.read(OWNER))?.version;
    bucket.objects.clear();
    expect(await files.replace(OWNER, bytes, version)).toBe(false);
  });
});

/** A target with 1,000 metrics every five minutes over half a day, learned from its blocks. */
const largeTarget = () => {
  const made = world();
  const hours = Array.from({ length: 13 }, (_, i) => hourOf(NOW) - 12 + i);
  const images = hours.map((hour): StoredBlock => {
    const image = { key: { ...OWNER, hour }, bytes: encodeBlock(hourBlock(METRICS, 300, hour)), version: 1 };
    made.blocks.set(hour, image);
    return image;
  });
  return { made, newest: images.at(-1)!, deps: { ...made.deps, states: files } };
};

describe('tracking a target with 1,000 metrics', () => {
  it('learns all of them, and a crash before or after the write of the state ends in the same state', async () => {
    const { newest, deps } = largeTarget();
    await trackTarget(deps, OWNER, [newest]);
    const calm = bucket.objects.get(KEY)!;
    expect(unpackDetectors(calm).series.size).toBe(METRICS);
    for (const isAfter of [false, true]) {
      bucket = memoryBucket(client);
      const replace: typeof files.replace = async (...args) => {
        if (isAfter) await files.replace(...args);
        throw new Error('crash');
      };
      const crashing = { ...deps, states: { ...files, replace } };
      await expect(trackTarget(crashing, OWNER, [newest])).rejects.toThrow('crash');
      expect(bucket.objects.has(KEY)).toBe(isAfter);
      await trackTarget(deps, OWNER, [newest]);
      expect(Buffer.from(bucket.objects.get(KEY)!).equals(calm)).toBe(true);
    }
  });

  it('fails alone if its state cannot be stored', async () => {
    const { newest, deps } = largeTarget();
    const { deadLetters, parked } = memoryDeadLetters();
    const replace: typeof files.replace = (target, ...args) =>
      target.targetId === 'web-1'
        ? Promise.reject(new InvalidInputError('EntityTooLarge'))
        : files.replace(target, ...args);
    const neighbour = { ...newest, key: { ...newest.key, targetId: 'web-2' } };
    const handler = makeHandler({
      ...deps,
      states: { ...files, replace },
      deadLetters,
      blockChanges: () => ({
        changed: [newest, neighbour].map((block, n) => ({ recordId: String(n), block })),
        unreadable: [],
      }),
    });
    expect(await handler({})).toEqual({ batchItemFailures: [] });
    expect(parked).toMatchObject([{ reason: 'EntityTooLarge' }]);
    expect([...bucket.objects.keys()]).toEqual(['detectors/tenant=acme/web-2.bin']);
  });

  it('is retried if S3 is throttled', async () => {
    const { newest, deps } = largeTarget();
    bucket.mock.rejects(Object.assign(new Error('slow'), { name: 'SlowDown' }));
    await expect(trackTarget(deps, OWNER, [newest])).rejects.toThrow(DependencyUnavailableError);
  });
});
