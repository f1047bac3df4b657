import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoDetectorStateStore } from '../../../adapters/anomalies/detector-state-store.ts';
import { makeDocumentClient } from '../../../adapters/aws/clients.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  HOT_TABLE_NAME: z.string().min(1),
  REGISTRY_TABLE_NAME: z.string().min(1),
});
const client = makeDocumentClient();
const hot = { client, tableName: env.HOT_TABLE_NAME, now: Date.now };
const registry = { client, tableName: env.REGISTRY_TABLE_NAME, now: Date.now };

export const handler = observe(
  makeHandler({
    authenticate: authenticate({ keys: dynamoApiKeyStore(client, env.REGISTRY_TABLE_NAME), now: Date.now }),
    registry: dynamoTargetRegistry(client, env.REGISTRY_TABLE_NAME),
    blocks: dynamoBlockReader(hot),
    forecasts: dynamoForecastStore(hot),
    breaches: dynamoBreachStore(registry),
    runs: dynamoRunStore(registry),
    anomalies: dynamoAnomalyStore(registry),
    detectors: dynamoDetectorStateStore(hot),
    settings: dynamoSettingsStore(registry),
    incidents: dynamoIncidentStore(registry),
    causes: dynamoCauseStore(registry),
    graphs: dynamoGraphStore(registry),
    changes: dynamoDeploymentStore(registry),
    now: Date.now,
    telemetry,
  }),
);
