import * as z from 'zod';
import { makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  FORECASTS_TABLE_NAME: z.string().min(1),
  FORECAST_STATE_MACHINE_ARN: z.string().min(1),
  MAX_ACTIVE_RUNS: z.coerce.number().int().positive(),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});
const stateMachineArn = env.FORECAST_STATE_MACHINE_ARN;

export const handler = observe(
  makeHandler({
    ...apiAccess(env),
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    workflow: stepFunctionsStarter({ client: makeStepFunctionsClient(), stateMachineArn }),
    maxActiveRuns: env.MAX_ACTIVE_RUNS,
  }),
);
