import * as z from 'zod';
import { apiAccess, tokenRings } from '../../runtime/api-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

// A key that was revoked a moment ago must not get a token, which would outlive it by an hour.
export const handler = observe(
  makeHandler({ ...apiAccess(env, { freshKeys: true }), rings: tokenRings(env) }),
);
