import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import type { BatchScores } from '../../../core/models/performance/scored-day.ts';
import type { ScoreFiles } from '../../../core/models/ports.ts';
import { addRun, emptyDay } from '../../../core/models/scoring/add-scores.ts';
import { memoryScores } from '../../fakes/models.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { sampleScores } from '../../unit/models/scoring/sample-scores.ts';

const RUN = '2026-11-30T10-05-00Z-abcd';
const inS3 = () => {
  const client = new S3Client({ region: 'us-east-1' });
  memoryBucket(client);
  return s3ScoreFiles({ client, bucketName: 'forecasts' });
};

const batchesOf = async (files: ScoreFiles, tenantId: string): Promise<BatchScores[]> => {
  const found: BatchScores[] = [];
  await files.visitBatches(tenantId, RUN, (one) => found.push(one));
  return found;
};

describe.each([
  ['in S3', inS3],
  ['in memory', () => memoryScores().files],
])('scores %s', (_, make) => {
  it('of a day are replaced only by a writer that read the newest', async () => {
    const files = make();
    const empty = emptyDay('2026-11-30');
    expect(await files.readDay('acme', '2026-11-30')).toBeUndefined();
    expect(await files.replaceDay('acme', empty, undefined)).toBe(true);
    expect(await files.replaceDay('acme', empty, undefined)).toBe(false);
    const first = await files.readDay('acme', '2026-11-30');
    const day = addRun(empty, RUN, sampleScores(RUN));
    expect(await files.replaceDay('acme', day, first!.version)).toBe(true);
    expect(await files.replaceDay('acme', empty, first!.version)).toBe(false);
    expect((await files.readDay('acme', '2026-11-30'))?.scores).toEqual(day);
    expect(await files.readDay('acme', '2026-12-01')).toBeUndefined();
    expect(await files.readDay('other', '2026-11-30')).toBeUndefined();
  });

  it('of a batch replace those of an earlier attempt, beside those of other batches', async () => {
    const files = make();
    expect(await batchesOf(files, 'acme')).toEqual([]);
    await files.writeBatch('acme', RUN, 1, sampleScores(RUN, 7));
    await files.writeBatch('acme', RUN, 1, sampleScores(RUN, 1));
    await files.writeBatch('acme', RUN, 2, sampleScores(RUN, 2));
    expect(await batchesOf(files, 'acme')).toEqual([sampleScores(RUN, 1), sampleScores(RUN, 2)]);
    expect(await batchesOf(files, 'other')).toEqual([]);
  });
});

it('reads few batches at once, and visits them in their order', async () => {
  const client = new S3Client({ region: 'us-east-1' });
  const s3 = memoryBucket(client);
  const files = s3ScoreFiles({ client, bucketName: 'forecasts' });
  for (let index = 1; index <= 45; index++)
    await files.writeBatch('acme', RUN, index, sampleScores(RUN, index));
  const read: number[] = [];
  const visited: BatchScores[] = [];
  await files.visitBatches('acme', RUN, (one) => {
    visited.push(one);
    read.push(s3.mock.commandCalls(GetObjectCommand).length - visited.length);
  });
  expect(visited).toEqual(Array.from({ length: 45 }, (_, i) => sampleScores(RUN, i + 1)));
  expect(Math.max(...read)).toBeLessThan(20);
});
