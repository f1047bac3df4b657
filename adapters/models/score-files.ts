import { scoreFileKey, scoreFilesPrefix } from '../../core/forecasts/object-keys.ts';
import { scoredDayKey } from '../../core/models/object-keys.ts';
import { BatchScores, ScoredDay } from '../../core/models/performance/scored-day.ts';
import type { ScoreFiles } from '../../core/models/ports.ts';
import { chunksOf, inParallel } from '../../core/shared/in-parallel.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { listKeys } from '../aws/s3/list-keys.ts';
import { getStored, parseStored, putStored } from '../aws/s3/stored-json.ts';
import { readVersioned, replaceVersioned } from '../aws/s3/versioned-object.ts';

export const BATCH_SCORES: StoredFormat<BatchScores> = {
  kind: 'scores of a batch',
  version: 1,
  schema: BatchScores,
};

export const SCORED_DAY: StoredFormat<ScoredDay> = { kind: 'scores of a day', version: 1, schema: ScoredDay };

const PARALLEL_READS = 20;

/** Scores of forecasts in the forecast bucket: those of batches among the working files of their run, and one object a day. */
export const s3ScoreFiles = (bucket: Bucket): ScoreFiles => ({
  writeBatch: (tenantId, runId, index, scores) =>
    putStored(bucket, scoreFileKey(tenantId, runId, index), BATCH_SCORES, scores),
  visitBatches: async (tenantId, runId, visit) => {
    const keys = await listKeys(bucket, scoreFilesPrefix(tenantId, runId));
    for (const some of chunksOf(PARALLEL_READS, keys))
      for (const scores of await inParallel(PARALLEL_READS, some, (key) =>
        getStored(bucket, key, BATCH_SCORES),
      ))
        visit(scores);
  },
  readDay: async (tenantId, day) => {
    const key = scoredDayKey(tenantId, day);
    const stored = await readVersioned(bucket, key);
    return stored && { scores: parseStored(stored.bytes, key, SCORED_DAY), version: stored.version };
  },
  replaceDay: (tenantId, scores, expected) => {
    const text = JSON.stringify({ ...schemaVersionOf(SCORED_DAY), ...scores });
    return replaceVersioned(bucket, scoredDayKey(tenantId, scores.day), Buffer.from(text), expected);
  },
});
