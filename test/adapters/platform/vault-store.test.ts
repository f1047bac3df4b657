import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import { InvalidInputError, UnreadableItemError } from '../../../core/shared/errors.ts';

const mock = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const store = dynamoVaultStore({ client, tableName: 'vault' });
const owner = { tenantId: 'acme', recordId: 'user-1' };
const sealed = { keyId: 'v1', wrappedKey: Uint8Array.of(1), body: Uint8Array.of(2) };
const key = { pk: 'T#acme', sk: 'VAULT#user-1' };
const item = { ...key, schemaVersion: 1, ...owner, ...sealed };

beforeEach(() => mock.reset());

describe('sealed records', () => {
  it('are stored under their tenant, read and deleted', async () => {
    mock.on(PutCommand).resolves({});
    mock.on(GetCommand).resolvesOnce({ Item: item }).resolves({});
    mock.on(DeleteCommand).resolves({});
    await store.put({ owner, sealed });
    expect(mock.commandCalls(PutCommand)[0]?.args[0].input.Item).toEqual(item);
    expect(await store.get(owner)).toEqual(sealed);
    expect(await store.get(owner)).toBeUndefined();
    await store.delete(owner);
    expect(mock.commandCalls(DeleteCommand)[0]?.args[0].input.Key).toEqual(key);
  });

  it('of an unknown format are not read', async () => {
    mock.on(GetCommand).resolves({ Item: { ...item, schemaVersion: 2 } });
    await expect(store.get(owner)).rejects.toThrow(UnreadableItemError);
  });

  it('are listed by the version that sealed them, page by page', async () => {
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [item], LastEvaluatedKey: { ...key, keyId: 'v1' } })
      .resolves({});
    const page = await store.sealedWith('v1', { limit: 1 });
    expect(page.items).toEqual([{ owner, sealed }]);
    expect(await store.sealedWith('v1', { limit: 1, cursor: page.nextCursor })).toEqual({
      items: [],
      nextCursor: undefined,
    });
    const inputs = mock.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ IndexName, ExclusiveStartKey }) => [IndexName, ExclusiveStartKey])).toEqual([
      ['byKey', undefined],
      ['byKey', { ...key, keyId: 'v1' }],
    ]);
    await expect(store.sealedWith('v2', { limit: 1, cursor: page.nextCursor })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('get another key only if nobody changed them', async () => {
    const refused = new ConditionalCheckFailedException({ $metadata: {}, message: 'changed' });
    mock.on(UpdateCommand).resolvesOnce({}).rejects(refused);
    const next = { ...sealed, keyId: 'v2', wrappedKey: Uint8Array.of(3) };
    expect(await store.replaceKey({ owner, sealed }, next)).toBe(true);
    expect(await store.replaceKey({ owner, sealed }, next)).toBe(false);
    expect(mock.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      Key: key,
      ConditionExpression: 'wrappedKey = :before',
      ExpressionAttributeValues: { ':before': sealed.wrappedKey, ':keyId': 'v2' },
    });
  });
});
