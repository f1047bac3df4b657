import * as z from 'zod';
import { makeS3Client, makeStsClient } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { dynamoInterventionStore } from '../../../adapters/forecasts/intervention-store.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import {
  StageClusters,
  StageIntegrations,
  stageResources,
} from '../../../adapters/remediation/resources/stage-resources.ts';
import { errorBudgetReader } from '../../../core/remediation/gathering/read-error-budget.ts';
import { RemediationCeiling } from '../../../core/remediation/policy.ts';
import type { Resources } from '../../../core/remediation/ports.ts';
import { Pace } from '../../../core/remediation/runs/pace.ts';
import { RULES } from '../../../core/remediation/runs/stage-rules.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { callThrough } from '../../../core/shared/resilience/breaker.ts';
import { sharedBreakers } from '../../runtime/breakers.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  OWN_TENANT_ID: TenantId,
  REMEDIATION_CEILING: jsonText(RemediationCeiling),
  REMEDIATION_PACE: jsonText(Pace),
  ACTION_INTEGRATIONS: jsonText(StageIntegrations),
  ACTION_CLUSTERS: jsonText(StageClusters),
  ACTION_ROLE_PREFIX: z.string().min(1).optional(),
  AWS_REGION: z.string().min(1),
  ACCOUNT_ID: z.string().min(1),
});

const events = publisherTo(env.EVENT_BUS_NAME);
const breakers = sharedBreakers(env, events);
const store = dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME));
const stage = stageResources({
  ...{ sts: makeStsClient(), rolePrefix: env.ACTION_ROLE_PREFIX },
  ...{ integrations: env.ACTION_INTEGRATIONS, clusters: env.ACTION_CLUSTERS },
  place: { region: env.AWS_REGION, account: env.ACCOUNT_ID },
  ...{ breaker: breakers.integration, ownTenant: env.OWN_TENANT_ID, store, now: Date.now },
});
/** An action that keeps failing is not tried on resource after resource. */
const resources: Resources = {
  ...stage,
  change: (call, change) => {
    const { action, owner } = call;
    const breaker = breakers.action(owner.tenantId, action.id, action.resourceKind);
    return callThrough(breaker, () => stage.change(call, change));
  },
};

const errorBudget = errorBudgetReader({
  blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
  registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
});

export const handler = observe(
  makeHandler({
    ...{ store, resources, events, telemetry, rules: RULES, now: Date.now },
    inputs: s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    errorBudget,
    interventions: dynamoInterventionStore(table(env.FORECASTS_TABLE_NAME)),
    ...{ ceiling: env.REMEDIATION_CEILING, pace: env.REMEDIATION_PACE },
  }),
);
