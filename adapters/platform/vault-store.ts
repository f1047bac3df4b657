import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { StoredRecord, VaultStore } from '../../core/platform/secrets/ports.ts';
import { decodeCursor, encodeCursor } from '../../core/shared/cursor.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { vaultKey } from './item-keys.ts';

/** Name of the table's index by the version that wrapped the data key. */
const KEY_INDEX = 'byKey';

const bytes = z.instanceof(Uint8Array);
const VaultItem = z.object({
  tenantId: z.string(),
  recordId: z.string(),
  keyId: z.string(),
  wrappedKey: bytes,
  body: bytes,
});
const FORMAT: StoredFormat<z.infer<typeof VaultItem>> = {
  kind: 'sealed record',
  version: 1,
  schema: VaultItem,
};

const recordOf = (item: Item): StoredRecord => {
  const { tenantId, recordId, ...sealed } = readItem(FORMAT, item);
  return { owner: { tenantId, recordId }, sealed };
};

const Position = z.tuple([z.string(), z.string()]);
const Key = z.object({ pk: z.string(), sk: z.string() });

const sealedWith: (table: DynamoTable) => VaultStore['sealedWith'] =
  ({ client, tableName }) =>
  async (keyId, { limit, cursor }) => {
    const scope = `vault ${keyId}`;
    const [pk, sk] = cursor === undefined ? [] : decodeCursor(scope, cursor, Position);
    const query = new QueryCommand({
      TableName: tableName,
      IndexName: KEY_INDEX,
      Limit: limit,
      KeyConditionExpression: 'keyId = :keyId',
      ExpressionAttributeValues: { ':keyId': keyId },
      ExclusiveStartKey: pk === undefined ? undefined : { keyId, pk, sk },
    });
    const { Items = [], LastEvaluatedKey } = await withSdkErrors('listing sealed records', () =>
      client.send(query),
    );
    const last = LastEvaluatedKey && Key.parse(LastEvaluatedKey);
    return { items: Items.map(recordOf), nextCursor: last && encodeCursor(scope, [last.pk, last.sk]) };
  };

const replaceKey: (table: DynamoTable) => VaultStore['replaceKey'] =
  ({ client, tableName }) =>
  ({ owner, sealed }, next) => {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: { ...vaultKey(owner) },
      UpdateExpression: 'SET keyId = :keyId, wrappedKey = :wrappedKey',
      ConditionExpression: 'wrappedKey = :before',
      ExpressionAttributeValues: {
        ':keyId': next.keyId,
        ':wrappedKey': next.wrappedKey,
        ':before': sealed.wrappedKey,
      },
    });
    return ifConditionHolds('re-encrypting a sealed record', () => client.send(update));
  };

/** Sealed records, one item each, in the partition of their tenant. */
export const dynamoVaultStore = (table: DynamoTable): VaultStore => ({
  get: async (owner) => {
    const item = await getItem(table, vaultKey(owner), 'reading a sealed record');
    return item && recordOf(item).sealed;
  },
  put: async ({ owner, sealed }) => {
    const Item = { ...vaultKey(owner), ...schemaVersionOf(FORMAT), ...owner, ...sealed };
    const put = new PutCommand({ TableName: table.tableName, Item });
    await withSdkErrors('storing a sealed record', () => table.client.send(put));
  },
  delete: async (owner) => {
    const remove = new DeleteCommand({ TableName: table.tableName, Key: { ...vaultKey(owner) } });
    await withSdkErrors('deleting a sealed record', () => table.client.send(remove));
  },
  sealedWith: sealedWith(table),
  replaceKey: replaceKey(table),
});
