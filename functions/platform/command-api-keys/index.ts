import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoKeyUses } from '../../../adapters/platform/key-uses.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

// A key that was revoked a moment ago must not make another one.
export const handler = observe(
  makeHandler({
    ...apiAccess(env, { freshKeys: true }),
    keys: dynamoApiKeyStore(table(env.API_KEYS_TABLE_NAME)),
    uses: dynamoKeyUses(table(env.REQUESTS_TABLE_NAME)),
    random: randomBytes,
  }),
);
