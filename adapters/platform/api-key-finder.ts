import type { ApiKeyFinder } from '../../core/platform/access/ports.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { readApiKeyItem } from './api-key-item.ts';
import { apiKeyKey } from './item-keys.ts';

/** Looks API keys up. */
export const dynamoApiKeyFinder = (table: DynamoTable): ApiKeyFinder => ({
  find: async (tenantId, keyId) => {
    // Strongly consistent: a key is used right after it was issued.
    const item = await getItem(table, apiKeyKey(tenantId, keyId), 'reading an API key');
    return item === undefined ? undefined : readApiKeyItem(item);
  },
});
