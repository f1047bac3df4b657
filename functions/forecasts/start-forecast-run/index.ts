import * as z from 'zod';
import { makeStepFunctionsClient } from '../../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import { leasedQuotas } from '../../../core/platform/access/leased-quotas.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
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
});
const stateMachineArn = env.FORECAST_STATE_MACHINE_ARN;

export const handler = observe(
  makeHandler({
    authenticate: authenticate({ keys: dynamoApiKeyStore(table(env.API_KEYS_TABLE_NAME)), now: Date.now }),
    quotas: leasedQuotas(dynamoQuotaLedger(table(env.REQUESTS_TABLE_NAME)), env.TENANT_QUOTAS, telemetry),
    runs: dynamoRunStore(table(env.FORECASTS_TABLE_NAME)),
    workflow: stepFunctionsStarter({ client: makeStepFunctionsClient(), stateMachineArn }),
    maxActiveRuns: env.MAX_ACTIVE_RUNS,
    now: Date.now,
    telemetry,
  }),
);
