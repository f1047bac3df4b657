import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoDetectorStateStore } from '../../../adapters/anomalies/detector-state-store.ts';
import { makeDocumentClient } from '../../../adapters/aws/clients.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { readBlockChanges } from '../../../adapters/metrics/changed-blocks.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoSettingsStore, rememberedSettings } from '../../../adapters/platform/settings-store.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  HOT_TABLE_NAME: z.string().min(1),
  REGISTRY_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  HOT_RETENTION_DAYS: z.coerce.number().int().positive(),
});
const client = makeDocumentClient();
const hot = { client, tableName: env.HOT_TABLE_NAME, now: Date.now };
const registry = { client, tableName: env.REGISTRY_TABLE_NAME, now: Date.now };

export const handler = observe(
  makeHandler({
    blockChanges: readBlockChanges,
    states: dynamoDetectorStateStore(hot),
    blocks: dynamoBlockReader(hot),
    forecasts: dynamoForecastStore(hot),
    registry: dynamoTargetRegistry(client, env.REGISTRY_TABLE_NAME),
    settings: rememberedSettings(dynamoSettingsStore(registry), Date.now),
    anomalies: dynamoAnomalyStore(registry),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    retentionDays: env.HOT_RETENTION_DAYS,
    now: Date.now,
  }),
);
