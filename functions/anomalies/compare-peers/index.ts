import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3PeerFiles } from '../../../adapters/anomalies/peer-files.ts';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { dynamoBlockGlance } from '../../../adapters/metrics/block-store.ts';
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
  ANOMALIES_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    states: s3PeerFiles({ client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME }),
    blocks: dynamoBlockGlance(table(env.BLOCKS_TABLE_NAME)),
    settings: cachedSettings(dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)), Date.now),
    anomalies: dynamoAnomalyStore(table(env.ANOMALIES_TABLE_NAME)),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    now: Date.now,
  }),
);
