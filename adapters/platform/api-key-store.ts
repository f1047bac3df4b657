import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ApiKeyStore, Replaced } from '../../core/platform/access/ports.ts';
import type { ApiKey } from '../../core/platform/api-key.ts';
import { ConflictError, DependencyUnavailableError } from '../../core/shared/errors.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { ABSENT, ifConditionHolds, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { listUnder } from '../aws/dynamodb/tenant-queries.ts';
import { dynamoApiKeyAdder } from './api-key-adder.ts';
import { dynamoApiKeyFinder } from './api-key-finder.ts';
import { apiKeyItem, LISTED_SECONDS, readApiKeyItem } from './api-key-item.ts';
import { API_KEYS, apiKeyKey } from './item-keys.ts';

export interface ApiKeyTableOptions extends DynamoTable {
  /** Counts and logs keys that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

const NOT_REVOKED = 'attribute_exists(pk) AND attribute_not_exists(revokedAt)';

const limitReplaced = (tableName: string, { keyId, validUntil }: Replaced, { tenantId, ...by }: ApiKey) => ({
  TableName: tableName,
  Key: { ...apiKeyKey(tenantId, keyId) },
  UpdateExpression: 'SET validUntil = :validUntil, expiresAt = :expiresAt, replacedBy = :by',
  ConditionExpression: `${NOT_REVOKED} AND attribute_not_exists(replacedBy)`,
  ExpressionAttributeValues: {
    ':validUntil': validUntil,
    ':expiresAt': validUntil + LISTED_SECONDS,
    ':by': by.keyId,
  },
});

const replace =
  (table: DynamoTable): ApiKeyStore['replace'] =>
  async (replaced, successor) => {
    const TableName = table.tableName;
    const outcome = await writeTogether(table, 'rotating an API key', [
      { Put: { TableName, Item: apiKeyItem(successor), ...ABSENT } },
      { Update: limitReplaced(TableName, replaced, successor) },
    ]);
    if (outcome === 'written') return;
    if (outcome === 'lost') throw new ConflictError(`API key ${replaced.keyId} was replaced or revoked`);
    throw new DependencyUnavailableError('rotating an API key: another change of it is under way');
  };

const revoke =
  (table: DynamoTable): ApiKeyStore['revoke'] =>
  async (tenantId, keyId, at, by) => {
    const update = new UpdateCommand({
      TableName: table.tableName,
      Key: { ...apiKeyKey(tenantId, keyId) },
      UpdateExpression: 'SET revokedAt = :at, revokedBy = :by, expiresAt = :expiresAt',
      ConditionExpression: NOT_REVOKED,
      ExpressionAttributeValues: { ':at': at, ':by': by, ':expiresAt': at + LISTED_SECONDS },
    });
    await ifConditionHolds('revoking an API key', () => table.client.send(update));
    return dynamoApiKeyFinder(table).find(tenantId, keyId);
  };

/** API keys of a tenant. */
export const dynamoApiKeyStore = (table: ApiKeyTableOptions): ApiKeyStore => ({
  ...dynamoApiKeyFinder(table),
  ...dynamoApiKeyAdder(table),
  list: async (tenantId, page) => {
    const scope = `api-keys:${tenantId}`;
    const query = { scope, prefix: API_KEYS, page, order: 'by key', doing: 'listing API keys' } as const;
    const { items, nextCursor } = await listUnder(table, tenantId, query);
    return { items: readListed(items, readApiKeyItem, table.telemetry), nextCursor };
  },
  replace: replace(table),
  revoke: revoke(table),
});
