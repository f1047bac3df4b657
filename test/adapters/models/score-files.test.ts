import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
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
    const day = addRun(empty, RUN, [sampleScores(RUN)]);
    expect(await files.replaceDay('acme', day, first!.version)).toBe(true);
    expect(await files.replaceDay('acme', empty, first!.version)).toBe(false);
    expect((await files.readDay('acme', '2026-11-30'))?.scores).toEqual(day);
    expect(await files.readDay('acme', '2026-12-01')).toBeUndefined();
    expect(await files.readDay('other', '2026-11-30')).toBeUndefined();
  });

  it('of a batch replace those of an earlier attempt, beside those of other batches', async () => {
    const files = make();
    expect(await files.readBatches('acme', RUN)).toEqual([]);
    await files.writeBatch('acme', RUN, 1, sampleScores(RUN, 7));
    await files.writeBatch('acme', RUN, 1, sampleScores(RUN, 1));
    await files.writeBatch('acme', RUN, 2, sampleScores(RUN, 2));
    expect(await files.readBatches('acme', RUN)).toEqual([sampleScores(RUN, 1), sampleScores(RUN, 2)]);
    expect(await files.readBatches('other', RUN)).toEqual([]);
  });
});
