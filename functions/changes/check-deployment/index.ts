import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { makeDocumentClient } from '../../../adapters/aws/clients.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  HOT_TABLE_NAME: z.string().min(1),
  REGISTRY_TABLE_NAME: z.string().min(1),
});
const client = makeDocumentClient();
const registry = { client, tableName: env.REGISTRY_TABLE_NAME, now: Date.now };
const hot = { client, tableName: env.HOT_TABLE_NAME, now: Date.now };

export const handler = observe(
  makeHandler({
    changes: dynamoDeploymentStore(registry),
    registry: dynamoTargetRegistry(client, env.REGISTRY_TABLE_NAME),
    blocks: dynamoBlockReader(hot),
    forecasts: dynamoForecastStore(hot),
    anomalies: dynamoAnomalyStore(registry),
    incidents: dynamoIncidentStore(registry),
    graphs: dynamoGraphStore(registry),
    now: Date.now,
    telemetry,
  }),
);
