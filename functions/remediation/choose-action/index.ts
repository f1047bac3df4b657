import * as z from 'zod';
import { makeS3Client, makeStsClient } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import {
  StageClusters,
  StageIntegrations,
  stageResources,
} from '../../../adapters/remediation/resources/stage-resources.ts';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import { alertTypeOf } from '../../../core/remediation/alerts/alert-type-of.ts';
import { findAction } from '../../../core/remediation/catalogue/catalogue.ts';
import type { ChoiceInputs } from '../../../core/remediation/choosing/choice-inputs.ts';
import { chooseAction } from '../../../core/remediation/choosing/choose-action.ts';
import { gatherChoice } from '../../../core/remediation/gathering/gather-choice.ts';
import { errorBudgetReader } from '../../../core/remediation/gathering/read-error-budget.ts';
import { RemediationCeiling } from '../../../core/remediation/policy.ts';
import { KNOWN } from '../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { resourceCall } from '../../../core/remediation/runs/act-on.ts';
import { RULES } from '../../../core/remediation/runs/stage-rules.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { sharedBreakers } from '../../runtime/breakers.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  FORECAST_CADENCE_MINUTES: z.coerce.number().int().positive(),
  OWN_TENANT_ID: TenantId,
  REMEDIATION_CEILING: jsonText(RemediationCeiling),
  ACTION_INTEGRATIONS: jsonText(StageIntegrations),
  ACTION_CLUSTERS: jsonText(StageClusters),
  ACTION_ROLE_PREFIX: z.string().min(1).optional(),
  AWS_REGION: z.string().min(1),
  ACCOUNT_ID: z.string().min(1),
});

const events = publisherTo(env.EVENT_BUS_NAME);
const breakers = sharedBreakers(env, events);
const store = dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME));
const inputs = s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME });
const resources = stageResources({
  ...{ sts: makeStsClient(), rolePrefix: env.ACTION_ROLE_PREFIX },
  ...{ integrations: env.ACTION_INTEGRATIONS, clusters: env.ACTION_CLUSTERS },
  place: { region: env.AWS_REGION, account: env.ACCOUNT_ID },
  ...{ breaker: breakers.integration, ownTenant: env.OWN_TENANT_ID, store, now: Date.now },
});
const sources = {
  breaches: dynamoBreachStore(table(env.FORECASTS_TABLE_NAME)),
  forecasts: dynamoForecastStore(table(env.FORECASTS_TABLE_NAME)),
  incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
  causes: dynamoCauseStore(table(env.INCIDENTS_TABLE_NAME)),
  changes: dynamoDeploymentStore(table(env.CHANGES_TABLE_NAME)),
  alerts: dynamoStandingAlerts(table(env.REMEDIATIONS_TABLE_NAME)),
  registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
  forecastSeconds: 60 * env.FORECAST_CADENCE_MINUTES,
  alertTypeOf,
};

const errorBudget = errorBudgetReader({
  blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
  registry: sources.registry,
});

export const handler = observe(
  makeHandler<ChoiceInputs>({
    ...{ store, inputs, events, telemetry, now: Date.now },
    gather: (beginning, context) =>
      gatherChoice(
        {
          ...{ ...sources, store, inputs, resources, inParallel, findAction, errorBudget },
          ...{ findRemedies: KNOWN.findRemedies, ceiling: env.REMEDIATION_CEILING },
        },
        beginning,
        context,
      ),
    forecastSeconds: sources.forecastSeconds,
    chooseAction: (given) => chooseAction(given, KNOWN),
    preview: (plan) => resources.preview(resourceCall({ rules: RULES }, plan), plan.change),
  }),
);
