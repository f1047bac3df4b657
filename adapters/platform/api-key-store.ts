import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ApiKeyStore } from '../../core/platform/access/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { ABSENT, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { apiKeyKey } from './item-keys.ts';

const ApiKeyItem = z.object({
  tenantId: z.string(),
  name: z.string(),
  createdAt: z.number(),
  /** Set by an operator to revoke the key. Any value revokes it, so that a mistake in its form cannot keep it valid. */
  revokedAt: z.unknown().optional(),
});
const FORMAT: StoredFormat<z.infer<typeof ApiKeyItem>> = { kind: 'API key', version: 1, schema: ApiKeyItem };

/** API keys, found by their hash alone. */
export const dynamoApiKeyStore = (table: DynamoTable): ApiKeyStore => ({
  find: async (keyHash) => {
    // Strongly consistent: a key is used right after it was issued.
    const item = await getItem(table, apiKeyKey(keyHash), 'reading an API key');
    if (item === undefined) return undefined;
    const { revokedAt, ...key } = readItem(FORMAT, item);
    return revokedAt === undefined ? key : undefined;
  },
  add: async (keyHash, key) => {
    const Item = { ...apiKeyKey(keyHash), ...schemaVersionOf(FORMAT), ...key };
    const put = new PutCommand({ TableName: table.tableName, Item, ...ABSENT });
    if (await ifConditionHolds('storing an API key', () => table.client.send(put))) return;
    throw new ConflictError('this API key already exists');
  },
});
