/** API keys in the API. The secret of a key is in the response that creates it, and nowhere else. */
import * as z from 'zod';
import { PlainLine } from '../../shared/text.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { type ApiKey, type Author, KEY_STATES, KeyId, stateOf } from '../api-key.ts';
import { SCOPES, scopesOf } from '../permissions.ts';
import { named } from './components.ts';
import { RequestInstant, ResponseInstant } from './instants.ts';
import { overlapHours } from './overlap.ts';
import { pageOf, paging } from './paging.ts';

/** Label of a key's user; logged instead of the key. */
export const KeyLabel = PlainLine.trim()
  .min(1)
  .max(100)
  .describe("Label of the key's user, such as `collector`");

/** What a key may do. */
export const Scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .transform(scopesOf)
  .describe(
    '`ingest`: send metrics, traces and changes; `read`: read and assess plans; `operate`: act on incidents, runs, topology and settings; `administer`: manage API keys and read the secrets of webhooks',
  );

export const ApiKeyPath = z.object({ keyId: KeyId });
export const ApiKeysQuery = z.strictObject(paging);

export const NewApiKey = named(
  'NewApiKey',
  z.strictObject({
    name: KeyLabel,
    scopes: Scopes,
    expiresAt: RequestInstant.optional().describe(
      'Must be in the future, and not after the end of the key that creates this one; by default, the key expires with that one, or not at all if a person creates it',
    ),
  }),
);

export const RotationBody = named(
  'ApiKeyRotation',
  z.strictObject({ overlapHours: overlapHours('Hours for which the replaced key stays valid') }),
);

const KeyAuthor = z.object({
  kind: z.enum(['key', 'person', 'operator']),
  name: z.string(),
  keyId: z.string().optional(),
});

const shape = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  state: z.enum(KEY_STATES),
  createdAt: ResponseInstant,
  createdBy: KeyAuthor,
  expiresAt: ResponseInstant.optional().describe('Absent if the key does not expire'),
  lastUsedAt: ResponseInstant.optional().describe('Up to an hour late; absent if the key was never used'),
  revokedAt: ResponseInstant.optional(),
  revokedBy: KeyAuthor.optional(),
  replacedBy: z.string().optional().describe('Id of the key that replaces this one'),
};

export const ApiKeyView = named('ApiKey', z.object(shape));
export const ApiKeyPage = pageOf('ApiKeyPage', ApiKeyView);
export const IssuedApiKey = named(
  'IssuedApiKey',
  z.object({ ...shape, apiKey: z.string().describe('The key itself; shown only here') }),
);

const authorView = ({ kind, name, keyId }: Author) => ({
  kind,
  name,
  ...(keyId === undefined ? {} : { keyId }),
});

const optional = ({ validUntil, revokedAt, revokedBy, replacedBy }: ApiKey, lastUse: number | undefined) => ({
  ...(validUntil === undefined ? {} : { expiresAt: isoOfSeconds(validUntil) }),
  ...(lastUse === undefined ? {} : { lastUsedAt: isoOfSeconds(lastUse) }),
  ...(revokedAt === undefined ? {} : { revokedAt: isoOfSeconds(revokedAt) }),
  ...(revokedBy === undefined ? {} : { revokedBy: authorView(revokedBy) }),
  ...(replacedBy === undefined ? {} : { replacedBy }),
});

/** A key as the API shows it. `now` and `lastUse` in epoch seconds. */
export const presentApiKey = (key: ApiKey, now: number, lastUse?: number): z.infer<typeof ApiKeyView> => ({
  id: key.keyId,
  name: key.name,
  scopes: [...key.scopes],
  state: stateOf(key, now),
  createdAt: isoOfSeconds(key.createdAt),
  createdBy: authorView(key.createdBy),
  ...optional(key, lastUse),
});
