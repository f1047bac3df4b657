import * as z from 'zod';
import {
  makeSecretsManagerClient,
  makeSqsClient,
  makeStepFunctionsClient,
} from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import { secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoWebhookGenerations } from '../../../adapters/platform/webhook-generation-store.ts';
import { rememberedGenerations } from '../../../core/platform/secrets/webhook-generation.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  SIGNALS_QUEUE_URL: z.string().min(1),
  WEBHOOK_SIGNING_SECRET_ARN: z.string().min(1),
  DEPLOYMENT_STATE_MACHINE_ARN: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    responses: dynamoResponseStore(table(env.REQUESTS_TABLE_NAME)),
    ...apiAccess(env),
    rings: secretsManagerRings({
      client: makeSecretsManagerClient(),
      secretId: env.WEBHOOK_SIGNING_SECRET_ARN,
      now: Date.now,
      telemetry,
    }),
    generations: rememberedGenerations(dynamoWebhookGenerations(table(env.SETTINGS_TABLE_NAME)), Date.now),
    changes: dynamoDeploymentStore(table(env.CHANGES_TABLE_NAME)),
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    signals: sqsSignalSender(makeSqsClient(), env.SIGNALS_QUEUE_URL),
    workflow: stepFunctionsStarter({
      client: makeStepFunctionsClient(),
      stateMachineArn: env.DEPLOYMENT_STATE_MACHINE_ARN,
    }),
  }),
);
