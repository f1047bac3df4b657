import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  archiveFileKey,
  batchFileKey,
  resultFileKey,
  resultFilesPrefix,
} from '../../core/forecasts/object-keys.ts';
import type { RunFiles } from '../../core/forecasts/ports.ts';
import { UnreadableItemError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { type Bucket, getObject, putObject } from '../aws/s3/bucket.ts';
import { listKeys } from '../aws/s3/list-keys.ts';
import { getStored, putStored } from '../aws/s3/stored-json.ts';
import { archivedForecasts, archiveLine } from './archive-line.ts';
import { BATCH, BATCH_RESULT } from './run-item.ts';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** Results read in parallel when a run is closed. */
const PARALLEL_READS = 20;

/** Working files and archive of runs in the forecast bucket. */
export const s3RunFiles = (bucket: Bucket): RunFiles => ({
  writeBatch: async (tenantId, runId, index, targetIds) => {
    const key = batchFileKey(tenantId, runId, index);
    await putStored(bucket, key, BATCH, { targetIds });
    return key;
  },
  readBatch: async (key) => (await getStored(bucket, key, BATCH)).targetIds,
  writeResult: (tenantId, runId, result) =>
    putStored(bucket, resultFileKey(tenantId, runId, result.index), BATCH_RESULT, result),
  readResults: async (tenantId, runId) => {
    const keys = await listKeys(bucket, resultFilesPrefix(tenantId, runId));
    // An unreadable result fails the run: without it the totals would be wrong.
    return inParallel(PARALLEL_READS, keys, (key) => getStored(bucket, key, BATCH_RESULT));
  },
  archiveForecasts: async (tenantId, runId, index, issuedAt, forecasts) => {
    const key = archiveFileKey(tenantId, issuedAt, runId, index);
    const lines = forecasts.flatMap((target) => target.metrics.map((metric) => archiveLine(target, metric)));
    const body = await compress(lines.map((line) => `${line}\n`).join(''));
    await putObject(bucket, key, body, 'application/gzip');
    return key;
  },
  readForecasts: async (tenantId, runId, index, issuedAt) => {
    const key = archiveFileKey(tenantId, issuedAt, runId, index);
    const found = await getObject(bucket, key);
    return found === undefined ? [] : archivedForecasts(await unpacked(found.bytes, key), key);
  },
});

const unpacked = async (bytes: Uint8Array, key: string): Promise<string> => {
  try {
    return (await decompress(bytes)).toString();
  } catch (cause) {
    throw new UnreadableItemError(`archived forecasts ${key}`, 'they are not compressed with gzip', cause);
  }
};
