/** API keys as they are stored: in the partition of their tenant, without the text of the key. */
import * as z from 'zod';
import type { ApiKey } from '../../core/platform/api-key.ts';
import { SCOPES } from '../../core/platform/permissions.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { apiKeyKey } from './item-keys.ts';

/** Seconds for which a key that is no longer valid stays listed. */
export const LISTED_SECONDS = 90 * DAY_SECONDS;

const AuthorItem = z.object({
  kind: z.enum(['key', 'person', 'operator']),
  name: z.string(),
  keyId: z.string().optional(),
});

const ApiKeyItem = z.object({
  tenantId: z.string(),
  keyId: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  hash: z.string(),
  createdAt: z.number(),
  createdBy: AuthorItem,
  validUntil: z.number().optional(),
  /** Any value revokes the key, so that a mistake of an operator cannot keep it valid. */
  revokedAt: z.unknown().optional(),
  revokedBy: AuthorItem.optional(),
  replacedBy: z.string().optional(),
});

const FORMAT: StoredFormat<z.infer<typeof ApiKeyItem>> = {
  kind: 'API key',
  version: 1,
  schema: ApiKeyItem,
};

/** @throws UnreadableItemError if the item is damaged, or if a newer release wrote it */
export const readApiKeyItem = (item: Item): ApiKey => {
  const { revokedAt, ...key } = readItem(FORMAT, item);
  if (revokedAt === undefined) return key;
  return { ...key, revokedAt: typeof revokedAt === 'number' ? revokedAt : key.createdAt };
};

export const apiKeyItem = (key: ApiKey): Item => ({
  ...apiKeyKey(key.tenantId, key.keyId),
  ...schemaVersionOf(FORMAT),
  ...key,
  ...(key.validUntil === undefined ? {} : { expiresAt: key.validUntil + LISTED_SECONDS }),
});
