import * as z from 'zod';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { dynamoWebhookGenerations } from '../../../adapters/platform/webhook-generation-store.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  SETTINGS_TABLE_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    responses: dynamoResponseStore(table(env.REQUESTS_TABLE_NAME)),
    ...apiAccess(env),
    settings: dynamoSettingsStore(table(env.SETTINGS_TABLE_NAME)),
    generations: dynamoWebhookGenerations(table(env.SETTINGS_TABLE_NAME)),
  }),
);
