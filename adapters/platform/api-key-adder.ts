import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ApiKeyAdder } from '../../core/platform/access/ports.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { ABSENT, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { apiKeyItem } from './api-key-item.ts';

/** Adds API keys, and changes none. */
export const dynamoApiKeyAdder = ({ client, tableName }: DynamoTable): ApiKeyAdder => ({
  add: async (key) => {
    const put = new PutCommand({ TableName: tableName, Item: apiKeyItem(key), ...ABSENT });
    if (await ifConditionHolds('storing an API key', () => client.send(put))) return;
    throw new ConflictError(`API key ${key.keyId} exists already`);
  },
});
