import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoIngestionStore } from '../../../adapters/anomalies/ingestion-store.ts';
import { awsRequestSigns } from '../../../adapters/anomalies/request-signs.ts';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { dynamoBlockGlance, dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { allowedSilenceCache } from '../../../core/anomalies/silence/allowed-silence-cache.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  SETTINGS_TABLE_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  ANOMALIES_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  RAW_BUCKET_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
});

export const handler = observe(
  makeHandler({
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    blocks: {
      ...dynamoBlockGlance(table(env.BLOCKS_TABLE_NAME)),
      ...dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    },
    signs: awsRequestSigns(table(env.REQUESTS_TABLE_NAME), {
      raw: { client: makeS3Client(), bucketName: env.RAW_BUCKET_NAME },
      pointsPerMinute: env.TENANT_QUOTAS.pointsPerMinute,
      now: Date.now,
    }),
    allowedSilences: allowedSilenceCache(Math.random),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    anomalies: dynamoAnomalyStore(table(env.ANOMALIES_TABLE_NAME)),
    ingestion: dynamoIngestionStore(table(env.ANOMALIES_TABLE_NAME)),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    now: Date.now,
  }),
);
