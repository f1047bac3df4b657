import * as z from 'zod';
import { makeS3Client, makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { dynamoBlockReader } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { waitingExecutions } from '../../../adapters/remediation/waiting-workflows.ts';
import { errorBudgetReader } from '../../../core/remediation/gathering/read-error-budget.ts';
import { RemediationCeiling } from '../../../core/remediation/policy.ts';
import { RULES } from '../../../core/remediation/runs/stage-rules.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  BLOCKS_TABLE_NAME: z.string().min(1),
  TARGETS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  REMEDIATION_CEILING: jsonText(RemediationCeiling),
});

const errorBudget = errorBudgetReader({
  blocks: dynamoBlockReader(table(env.BLOCKS_TABLE_NAME)),
  registry: dynamoTargetRegistry(table(env.TARGETS_TABLE_NAME)),
});

export const handler = observe(
  makeHandler({
    store: dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME)),
    inputs: s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    events: publisherTo(env.EVENT_BUS_NAME),
    workflows: waitingExecutions(makeStepFunctionsClient()),
    errorBudget,
    ...{ rules: RULES, ceiling: env.REMEDIATION_CEILING, now: Date.now, telemetry },
  }),
);
