import * as z from 'zod';
import { makeSqsClient, makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  REMEDIATION_WORKFLOW_ARN: z.string().min(1),
  DEAD_LETTERS_QUEUE_URL: z.string().min(1),
  OWN_TENANT_ID: TenantId,
});

export const handler = observe(
  makeHandler({
    store: dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME)),
    alerts: dynamoStandingAlerts(table(env.REMEDIATIONS_TABLE_NAME)),
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    workflow: stepFunctionsStarter({
      client: makeStepFunctionsClient(),
      stateMachineArn: env.REMEDIATION_WORKFLOW_ARN,
    }),
    deadLetters: sqsDeadLetters(makeSqsClient(), env.DEAD_LETTERS_QUEUE_URL),
    ownTenant: env.OWN_TENANT_ID,
    now: Date.now,
    telemetry,
  }),
);
