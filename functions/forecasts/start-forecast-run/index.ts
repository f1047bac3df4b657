import * as z from 'zod';
import { makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  FORECAST_STATE_MACHINE_ARN: z.string().min(1),
});
const stateMachineArn = env.FORECAST_STATE_MACHINE_ARN;

export const handler = observe(
  makeHandler({
    authenticate: authenticate({ keys: dynamoApiKeyStore(table(env.API_KEYS_TABLE_NAME)), now: Date.now }),
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    workflow: stepFunctionsStarter({ client: makeStepFunctionsClient(), stateMachineArn }),
    now: Date.now,
    telemetry,
  }),
);
