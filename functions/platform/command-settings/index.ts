import * as z from 'zod';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
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
  SETTINGS_TABLE_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
});

export const handler = observe(
  makeHandler({
    responses: dynamoResponseStore(table(env.REQUESTS_TABLE_NAME)),
    authenticate: authenticate({ keys: dynamoApiKeyStore(table(env.API_KEYS_TABLE_NAME)), now: Date.now }),
    quotas: leasedQuotas(dynamoQuotaLedger(table(env.REQUESTS_TABLE_NAME)), env.TENANT_QUOTAS, telemetry),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    now: Date.now,
    telemetry,
  }),
);
