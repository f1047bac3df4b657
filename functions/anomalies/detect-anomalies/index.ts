import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3DetectorFiles } from '../../../adapters/anomalies/detector-files.ts';
import { makeS3Client, makeSqsClient } from '../../../adapters/aws/clients.ts';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { readBlockChanges } from '../../../adapters/metrics/changed-blocks.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { cachedSettings } from '../../../adapters/platform/cached-settings.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  SETTINGS_TABLE_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  ANOMALIES_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  DEAD_LETTERS_QUEUE_URL: z.string().min(1),
  HOT_RETENTION_DAYS: z.coerce.number().int().positive(),
});

export const handler = observe(
  makeHandler({
    blockChanges: readBlockChanges,
    states: s3DetectorFiles({ client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME }),
    blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    forecasts: dynamoForecastStore(table(env.FORECASTS_TABLE_NAME)),
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    settings: cachedSettings(dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)), Date.now),
    anomalies: dynamoAnomalyStore(table(env.ANOMALIES_TABLE_NAME)),
    events: publisherTo(env.EVENT_BUS_NAME),
    deadLetters: sqsDeadLetters(makeSqsClient(), env.DEAD_LETTERS_QUEUE_URL),
    telemetry,
    retentionDays: env.HOT_RETENTION_DAYS,
    now: Date.now,
  }),
);
