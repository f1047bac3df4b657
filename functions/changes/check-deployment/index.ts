import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  ANOMALIES_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    changes: dynamoDeploymentStore(table(env.CHANGES_TABLE_NAME)),
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    forecasts: dynamoForecastStore(table(env.FORECASTS_TABLE_NAME)),
    anomalies: dynamoAnomalyStore(table(env.ANOMALIES_TABLE_NAME)),
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.INCIDENTS_TABLE_NAME)),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    now: Date.now,
    telemetry,
  }),
);
