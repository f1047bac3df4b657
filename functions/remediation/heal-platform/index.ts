import * as z from 'zod';
import { makeS3Client, makeSqsClient, makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { awsHealers } from '../../../adapters/remediation/healers.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { HealingPlan } from '../../../core/remediation/healing/healing-plan.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  DECISION_BUCKET_NAME: z.string().min(1),
  DISPATCH_STATE_MACHINE_ARN: z.string().min(1),
  INGEST_DEAD_LETTERS_QUEUE_ARN: z.string().min(1),
  OWN_TENANT_ID: TenantId,
  HEALING_PLANS: jsonText(z.array(HealingPlan)),
});

export const handler = observe(
  makeHandler({
    store: dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME)),
    inputs: s3DecisionInputs({ client: makeS3Client(), bucketName: env.DECISION_BUCKET_NAME }),
    healers: awsHealers({
      dispatch: stepFunctionsStarter({
        client: makeStepFunctionsClient(),
        stateMachineArn: env.DISPATCH_STATE_MACHINE_ARN,
      }),
      sqs: makeSqsClient(),
      deadLettersArn: env.INGEST_DEAD_LETTERS_QUEUE_ARN,
    }),
    plans: env.HEALING_PLANS,
    ownTenant: env.OWN_TENANT_ID,
    now: Date.now,
    telemetry,
  }),
);
