import * as z from 'zod';
import { makeS3Client, makeSqsClient } from '../../../adapters/aws/clients.ts';
import { sqsIngestQueue } from '../../../adapters/metrics/ingest-queue.ts';
import { s3RawStore } from '../../../adapters/metrics/raw-store.ts';
import { dynamoTargetFinder } from '../../../adapters/metrics/target-finder.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { BusyTargets } from '../../../core/metrics/ingestion/busy-targets.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { rememberedSettings } from '../../../core/platform/settings/remembered-settings.ts';
import { keyAccess } from '../../runtime/key-access.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { POINTS_PER_BLOCK } from './charge-request.ts';
import { makeHandler } from './handler.ts';

/** Ten messages of this size are stored within the time of one invocation. */
const MAX_BLOCKS = 10_000;

const env = readEnv({
  RAW_BUCKET_NAME: z.string().min(1),
  INGEST_QUEUE_URL: z.string().min(1),
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  HOT_RETENTION_DAYS: z.coerce.number().int().positive(),
  TENANT_QUOTAS: QuotasJson,
});

const { pointsPerMinute } = env.TENANT_QUOTAS;

export const handler = observe(
  makeHandler({
    ...keyAccess(env),
    targets: dynamoTargetFinder({ ...table(env.TARGETS_TABLE_NAME), telemetry }),
    busy: new BusyTargets(),
    settings: rememberedSettings(dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)), Date.now),
    raw: s3RawStore({ client: makeS3Client(), bucketName: env.RAW_BUCKET_NAME }),
    queue: sqsIngestQueue(makeSqsClient(), env.INGEST_QUEUE_URL),
    retentionDays: env.HOT_RETENTION_DAYS,
    // A request beyond the quota of a whole minute could never be taken: it is too large rather than too early.
    maxBlocks: Math.min(MAX_BLOCKS, Math.floor(pointsPerMinute / POINTS_PER_BLOCK)),
    limits: { ...INGEST_LIMITS, maxPoints: Math.min(INGEST_LIMITS.maxPoints, pointsPerMinute) },
  }),
);
