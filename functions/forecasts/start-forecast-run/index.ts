import * as z from 'zod';
import { makeDocumentClient, makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REGISTRY_TABLE_NAME: z.string().min(1),
  FORECAST_STATE_MACHINE_ARN: z.string().min(1),
});
const client = makeDocumentClient();
const stateMachineArn = env.FORECAST_STATE_MACHINE_ARN;

export const handler = observe(
  makeHandler({
    authenticate: authenticate({ keys: dynamoApiKeyStore(client, env.REGISTRY_TABLE_NAME), now: Date.now }),
    runs: dynamoRunStore({ client, tableName: env.REGISTRY_TABLE_NAME, now: Date.now }),
    workflow: stepFunctionsStarter({ client: makeStepFunctionsClient(), stateMachineArn }),
    now: Date.now,
    telemetry,
  }),
);
