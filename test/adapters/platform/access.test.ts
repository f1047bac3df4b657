import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoRateLimiter } from '../../../adapters/platform/rate-limiter.ts';
import { ConflictError, DependencyUnavailableError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const refused = new ConditionalCheckFailedException({ $metadata: {}, message: '' });
const down = new DynamoDBServiceException({
  $metadata: {},
  message: '',
  name: 'InternalServerError',
  $fault: 'server',
});

beforeEach(() => {
  dynamo.reset();
});

describe('API key store', () => {
  const keys = dynamoApiKeyStore({ client, tableName: 'registry' });
  const stored = { tenantId: 'acme', name: 'agents', createdAt: 5 };

  it('finds a key by its hash, consistently', async () => {
    dynamo.on(GetCommand).resolves({ Item: { pk: 'KEY#abc', sk: 'KEY', schemaVersion: 1, ...stored } });
    expect(await keys.find('abc')).toEqual(stored);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      TableName: 'registry',
      Key: { pk: 'KEY#abc', sk: 'KEY' },
      ConsistentRead: true,
    });
  });

  it('does not find an unknown or revoked key', async () => {
    dynamo
      .on(GetCommand)
      .resolvesOnce({})
      .resolves({ Item: { schemaVersion: 1, ...stored, revokedAt: 9 } });
    expect(await keys.find('abc')).toBeUndefined();
    expect(await keys.find('abc')).toBeUndefined();
  });

  it('never treats a failed lookup as an unknown key', async () => {
    dynamo.on(GetCommand).rejects(down);
    await expect(keys.find('abc')).rejects.toThrow(DependencyUnavailableError);
  });

  it('adds a key once', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejectsOnce(refused).rejects(down);
    await keys.add('abc', stored);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'registry',
      Item: { pk: 'KEY#abc', sk: 'KEY', schemaVersion: 1, ...stored },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await expect(keys.add('abc', stored)).rejects.toThrow(ConflictError);
    await expect(keys.add('abc', stored)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('rate limiter', () => {
  const limiter = dynamoRateLimiter({ client, tableName: 'registry', pointsPerMinute: 1000 });

  it('adds to the minute of the tenant unless that exceeds the quota', async () => {
    dynamo.on(UpdateCommand).resolves({});
    expect(await limiter.take('acme', 300, 125_000)).toBe(true);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'registry',
      Key: { pk: 'T#acme', sk: 'RATE#2' },
      UpdateExpression: 'ADD #points :points SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(#points) OR #points <= :room',
      ExpressionAttributeNames: { '#points': 'points' },
      ExpressionAttributeValues: { ':points': 300, ':room': 700, ':expiresAt': 3720 },
    });
  });

  it('denies if the quota is used up', async () => {
    dynamo.on(UpdateCommand).rejects(refused);
    expect(await limiter.take('acme', 300, 0)).toBe(false);
  });

  it('denies more than a whole minute allows without a request to the table', async () => {
    expect(await limiter.take('acme', 1001, 0)).toBe(false);
    expect(dynamo.calls()).toHaveLength(0);
  });

  it('never treats a failed update as a used-up quota', async () => {
    dynamo.on(UpdateCommand).rejects(down);
    await expect(limiter.take('acme', 1, 0)).rejects.toThrow(DependencyUnavailableError);
  });

  it('charges for work that was done, regardless of the remaining quota', async () => {
    dynamo.on(UpdateCommand).resolves({ Attributes: { points: 999 } });
    await limiter.charge('acme', 300, 125_000);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'registry',
      Key: { pk: 'T#acme', sk: 'RATE#2' },
      UpdateExpression: 'ADD #points :points SET expiresAt = :expiresAt',
      ExpressionAttributeNames: { '#points': 'points' },
      ExpressionAttributeValues: { ':points': 300, ':expiresAt': 3720 },
      ReturnValues: 'UPDATED_NEW',
    });
    expect(limiter.isSpent('acme', 125_000)).toBe(false);
  });

  it('remembers the minute that charges used up, for that tenant alone', async () => {
    dynamo.on(UpdateCommand).resolves({ Attributes: { points: 1000 } });
    await limiter.charge('acme', 300, 125_000);
    expect(limiter.isSpent('acme', 179_999)).toBe(true);
    expect(limiter.isSpent('acme', 180_000)).toBe(false);
    expect(limiter.isSpent('globex', 125_000)).toBe(false);
  });

  it('names a failed charge', async () => {
    dynamo.on(UpdateCommand).rejects(down);
    await expect(limiter.charge('acme', 1, 0)).rejects.toThrow(DependencyUnavailableError);
  });
});
