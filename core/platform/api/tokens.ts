/** Access tokens in the API. */
import * as z from 'zod';
import { MAX_TOKEN_SECONDS, scopesOf, TOKEN_SCOPES } from '../permissions.ts';
import { named } from './components.ts';
import { ResponseInstant } from './instants.ts';

const [MIN_SECONDS, DEFAULT_SECONDS] = [60, 900];

export const TokenBody = named(
  'NewAccessToken',
  z.strictObject({
    scopes: z
      .array(z.enum(TOKEN_SCOPES))
      .min(1)
      .transform(scopesOf)
      .optional()
      .describe('By default, those of `ingest`, `read` and `operate` that the caller has'),
    expiresInSeconds: z.number().int().min(MIN_SECONDS).max(MAX_TOKEN_SECONDS).default(DEFAULT_SECONDS),
  }),
);

export const AccessToken = named(
  'AccessToken',
  z.object({
    accessToken: z.string().describe('To send as a bearer token; shown only here'),
    scopes: z.array(z.enum(TOKEN_SCOPES)),
    expiresAt: ResponseInstant,
  }),
);
