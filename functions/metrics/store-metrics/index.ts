import * as z from 'zod';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { defaultPace, pause } from '../../../adapters/aws/paced-retry.ts';
import { dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { s3RawStore } from '../../../adapters/metrics/raw-store.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  RAW_BUCKET_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  HOT_RETENTION_DAYS: z.coerce.number().int().positive(),
});
const retentionDays = env.HOT_RETENTION_DAYS;

export const handler = observe(
  makeHandler({
    raw: s3RawStore({ client: makeS3Client(), bucketName: env.RAW_BUCKET_NAME }),
    blocks: dynamoBlockStore({ ...table(env.BLOCKS_TABLE_NAME), retentionDays }),
    targets: dynamoTargetRecorder({ ...table(env.TARGETS_TABLE_NAME), retentionDays }),
    telemetry,
    retentionDays,
    limits: INGEST_LIMITS,
    now: Date.now,
    pause: (attempt) => pause(defaultPace, attempt),
  }),
);
