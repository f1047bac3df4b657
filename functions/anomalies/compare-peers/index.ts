import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3PeerFiles } from '../../../adapters/anomalies/peer-files.ts';
import { makeDocumentClient, makeS3Client } from '../../../adapters/aws/clients.ts';
import { dynamoBlockGlance } from '../../../adapters/metrics/block-store.ts';
import { dynamoSettingsStore, rememberedSettings } from '../../../adapters/platform/settings-store.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  HOT_TABLE_NAME: z.string().min(1),
  REGISTRY_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
});
const client = makeDocumentClient();
const registry = { client, tableName: env.REGISTRY_TABLE_NAME, now: Date.now };

export const handler = observe(
  makeHandler({
    states: s3PeerFiles({ client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME }),
    blocks: dynamoBlockGlance({ client, tableName: env.HOT_TABLE_NAME }),
    settings: rememberedSettings(dynamoSettingsStore(registry), Date.now),
    anomalies: dynamoAnomalyStore(registry),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    now: Date.now,
  }),
);
