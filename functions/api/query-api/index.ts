import * as z from 'zod';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { s3DetectorFiles } from '../../../adapters/anomalies/detector-files.ts';
import { dynamoIngestionStore } from '../../../adapters/anomalies/ingestion-store.ts';
import { makeS3Client } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { dynamoBreakerLister } from '../../../adapters/platform/resilience/breaker-list.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { RemediationCeiling } from '../../../core/remediation/policy.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  ANOMALIES_TABLE_NAME: z.string().min(1),
  FORECAST_BUCKET_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  REMEDIATION_CEILING: jsonText(RemediationCeiling),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

const forecastBucket = { client: makeS3Client(), bucketName: env.FORECAST_BUCKET_NAME };

export const handler = observe(
  makeHandler({
    ...apiAccess(env),
    registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
    blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
    forecasts: dynamoForecastStore(table(env.FORECASTS_TABLE_NAME)),
    breaches: dynamoBreachStore(table(env.FORECASTS_TABLE_NAME)),
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    anomalies: dynamoAnomalyStore(table(env.ANOMALIES_TABLE_NAME)),
    ingestion: dynamoIngestionStore(table(env.ANOMALIES_TABLE_NAME)),
    scores: s3ScoreFiles(forecastBucket),
    detectors: s3DetectorFiles(forecastBucket),
    breakers: dynamoBreakerLister(table(env.REQUESTS_TABLE_NAME)),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    causes: dynamoCauseStore(table(env.INCIDENTS_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.INCIDENTS_TABLE_NAME)),
    changes: dynamoDeploymentStore(table(env.CHANGES_TABLE_NAME)),
    remediations: dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME)),
    decisions: dynamoDecisionStore(table(env.REMEDIATIONS_TABLE_NAME)),
    decisionInputs: s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    ceiling: env.REMEDIATION_CEILING,
  }),
);
