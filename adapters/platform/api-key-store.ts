import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ApiKey, ApiKeyStore } from '../../core/platform/access/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { apiKeyKey } from './item-keys.ts';

const ApiKeyItem = z.object({
  tenantId: z.string(),
  name: z.string(),
  createdAt: z.number(),
  /** Epoch milliseconds; set by an operator to switch the key off. */
  revokedAt: z.number().optional(),
});

/** API keys in the registry table, found by their hash alone. */
export const dynamoApiKeyStore = (client: DynamoDBDocumentClient, tableName: string): ApiKeyStore => ({
  find: async (keyHash) => {
    // Consistent: a key is used right after it was issued.
    const get = new GetCommand({ TableName: tableName, Key: apiKeyKey(keyHash), ConsistentRead: true });
    const { Item } = await withSdkErrors('DynamoDB GetItem', () => client.send(get));
    if (Item === undefined) return undefined;
    const { tenantId, name, createdAt, revokedAt } = ApiKeyItem.parse(Item);
    return revokedAt === undefined ? { tenantId, name, createdAt } : undefined;
  },
  add: async (keyHash: string, key: ApiKey) => {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...apiKeyKey(keyHash), ...key },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await withSdkErrors('DynamoDB PutItem', () => client.send(put));
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException)
        throw new ConflictError('this API key exists already', { cause });
      throw cause;
    }
  },
});
