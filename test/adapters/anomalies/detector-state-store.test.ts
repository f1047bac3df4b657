import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoDetectorStateStore } from '../../../adapters/anomalies/detector-state-store.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const refused = () => new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
const throttled = () => Object.assign(new Error('slow'), { name: 'ThrottlingException' });

beforeEach(() => {
  dynamo.reset();
});

describe('a detector state', () => {
  const store = dynamoDetectorStateStore({ client, tableName: 'hot' });
  const owner = { tenantId: 'acme', targetId: 'web-1' };
  const bytes = Uint8Array.of(1, 2, 3);

  it('is stored under its target', async () => {
    dynamo.on(GetCommand).resolves({ Item: { data: bytes, v: 7 } });
    expect(await store.get('acme', 'web-1')).toEqual({ bytes, version: 7 });
    const input = dynamo.commandCalls(GetCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ TableName: 'hot', Key: { pk: 'T#acme#web-1', sk: 'D' } });
    dynamo.on(GetCommand).resolves({});
    expect(await store.get('acme', 'web-1')).toBeUndefined();
  });

  it.each([
    [0, { ConditionExpression: 'attribute_not_exists(pk)' }],
    [7, { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': 7 } }],
  ])('is written only over version %i', async (version, condition) => {
    dynamo.on(PutCommand).resolves({});
    expect(await store.put(owner, bytes, version, 99)).toBe(true);
    const Item = { pk: 'T#acme#web-1', sk: 'D', data: bytes, v: version + 1, expiresAt: 99 };
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({ ...condition, Item });
    dynamo.on(PutCommand).rejects(refused());
    expect(await store.put(owner, bytes, version, 99)).toBe(false);
  });

  it('is neither lost nor absent if the table is down', async () => {
    dynamo.on(GetCommand).rejects(throttled()).on(PutCommand).rejects(throttled());
    await expect(store.get('acme', 'web-1')).rejects.toThrow(DependencyUnavailableError);
    await expect(store.put(owner, bytes, 1, 99)).rejects.toThrow(DependencyUnavailableError);
  });
});
