import * as z from 'zod';
import {
  makeSecretsManagerClient,
  makeSqsClient,
  makeStepFunctionsClient,
} from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import { secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { dynamoStandingAlerts } from '../../../adapters/remediation/standing-alerts.ts';
import { waitingExecutions } from '../../../adapters/remediation/waiting-workflows.ts';
import { workflowStarts } from '../../../core/remediation/runs/workflow-starts.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';
import { POLICY_RULES } from './policy-rules.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  REMEDIATIONS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  SIGNALS_QUEUE_URL: z.string().min(1),
  REMEDIATION_WORKFLOW_ARN: z.string().min(1),
  APPROVAL_SIGNING_SECRET_ARN: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

const stepFunctions = makeStepFunctionsClient();

export const handler = observe(
  makeHandler({
    responses: dynamoResponseStore(table(env.REQUESTS_TABLE_NAME)),
    ...apiAccess(env),
    store: dynamoRemediationStore(table(env.REMEDIATIONS_TABLE_NAME)),
    standing: dynamoStandingAlerts(table(env.REMEDIATIONS_TABLE_NAME)),
    workflows: waitingExecutions(stepFunctions),
    starts: workflowStarts(
      stepFunctionsStarter({ client: stepFunctions, stateMachineArn: env.REMEDIATION_WORKFLOW_ARN }),
    ),
    events: publisherTo(env.EVENT_BUS_NAME),
    signals: sqsSignalSender(makeSqsClient(), env.SIGNALS_QUEUE_URL),
    approvalRings: secretsManagerRings({
      client: makeSecretsManagerClient(),
      secretId: env.APPROVAL_SIGNING_SECRET_ARN,
      now: Date.now,
      telemetry,
    }),
    rules: POLICY_RULES,
  }),
);
