import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import { windowAt } from '../../../core/platform/api/quotas.ts';
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
  const keys = dynamoApiKeyStore({ client, tableName: 'api-keys' });
  const stored = { tenantId: 'acme', name: 'agents', createdAt: 5 };

  it('finds a key by its hash, consistently', async () => {
    dynamo.on(GetCommand).resolves({ Item: { pk: 'KEY#abc', sk: 'KEY', schemaVersion: 1, ...stored } });
    expect(await keys.find('abc')).toEqual(stored);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      TableName: 'api-keys',
      Key: { pk: 'KEY#abc', sk: 'KEY' },
      ConsistentRead: true,
    });
  });

  it('does not find an unknown or revoked key', async () => {
    dynamo
      .on(GetCommand)
      .resolvesOnce({})
      .resolvesOnce({ Item: { schemaVersion: 1, ...stored, revokedAt: 9 } })
      .resolvesOnce({ Item: { schemaVersion: 1, ...stored, revokedAt: '2026-11-29' } })
      .resolvesOnce({ Item: { schemaVersion: 1, ...stored, revokedAt: null } })
      .resolves({ Item: { schemaVersion: 1, ...stored } });
    for (let i = 0; i < 4; i++) expect(await keys.find('abc')).toBeUndefined();
    expect(await keys.find('abc')).toBeDefined();
  });

  it('never treats a failed lookup as an unknown key', async () => {
    dynamo.on(GetCommand).rejects(down);
    await expect(keys.find('abc')).rejects.toThrow(DependencyUnavailableError);
  });

  it('adds a key once', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejectsOnce(refused).rejects(down);
    await keys.add('abc', stored);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'api-keys',
      Item: { pk: 'KEY#abc', sk: 'KEY', schemaVersion: 1, ...stored },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await expect(keys.add('abc', stored)).rejects.toThrow(ConflictError);
    await expect(keys.add('abc', stored)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('quota ledger', () => {
  const ledger = dynamoQuotaLedger({ client, tableName: 'requests' });
  const window = windowAt('pointsPerMinute', 125_000);

  it('adds to the window of the tenant, and returns the units drawn before', async () => {
    dynamo.on(UpdateCommand).resolves({ Attributes: { drawn: 1000 } });
    expect(await ledger.draw('acme', window, 300)).toBe(700);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'requests',
      Key: { pk: 'T#acme', sk: 'QUOTA#pointsPerMinute#120' },
      UpdateExpression: 'ADD drawn :units SET expiresAt = :expiresAt',
      ExpressionAttributeValues: { ':units': 300, ':expiresAt': 180 + 3600 },
      ReturnValues: 'UPDATED_NEW',
    });
  });

  it('never treats a failed update as a used-up quota', async () => {
    dynamo.on(UpdateCommand).rejects(down);
    await expect(ledger.draw('acme', window, 1)).rejects.toThrow(DependencyUnavailableError);
  });
});
