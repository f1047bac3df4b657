import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  HOT_TABLE_NAME: z.string().min(1),
  REGISTRY_TABLE_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    changes: dynamoDeploymentStore(table(env.REGISTRY_TABLE_NAME)),
    registry: dynamoTargetRegistry(table(env.REGISTRY_TABLE_NAME)),
    blocks: dynamoBlockReader(table(env.HOT_TABLE_NAME)),
    forecasts: dynamoForecastStore(table(env.HOT_TABLE_NAME)),
    anomalies: dynamoAnomalyStore(table(env.REGISTRY_TABLE_NAME)),
    incidents: dynamoIncidentStore(table(env.REGISTRY_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.REGISTRY_TABLE_NAME)),
    now: Date.now,
    telemetry,
  }),
);
