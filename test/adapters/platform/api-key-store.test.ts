import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoKeyUseRecorder } from '../../../adapters/platform/key-use-recorder.ts';
import { dynamoKeyUses } from '../../../adapters/platform/key-uses.ts';
import { stateOf } from '../../../core/platform/api-key.ts';
import { ConflictError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { sampleKey } from '../../fixtures/identities.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const refused = new ConditionalCheckFailedException({ $metadata: {}, message: '' });
const down = new DynamoDBServiceException({
  $metadata: {},
  message: '',
  name: 'InternalServerError',
  $fault: 'server',
});
const { telemetry } = recordedTelemetry();
const keys = dynamoApiKeyStore({ client, tableName: 'api-keys', telemetry });
const { key } = sampleKey('acme', 1);
const { keyId } = key;
const KEY = { pk: 'T#acme', sk: `KEY#${keyId}` };
const ITEM = { ...KEY, schemaVersion: 1, ...key };
const DAYS_90 = 90 * 86_400;
const BY = { kind: 'key', name: 'admin', keyId: 'aaaaaaaaaaaa' } as const;

beforeEach(() => {
  dynamo.reset();
});

describe('API key store', () => {
  it('finds a key of a tenant by its id, consistently', async () => {
    dynamo.on(GetCommand).resolves({ Item: ITEM });
    expect(await keys.find('acme', keyId)).toEqual(key);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input).toEqual({
      ...{ TableName: 'api-keys', Key: KEY, ConsistentRead: true },
    });
    dynamo.on(GetCommand).resolves({});
    expect(await keys.find('acme', keyId)).toBeUndefined();
  });

  it.each([9, '2026-11-29', null, false])('takes a key for revoked if revokedAt is %j', async (revokedAt) => {
    dynamo.on(GetCommand).resolves({ Item: { ...ITEM, revokedAt } });
    const found = await keys.find('acme', keyId);
    expect(found && stateOf(found, 0)).toBe('revoked');
  });

  it('never treats a failed lookup as an unknown key', async () => {
    dynamo.on(GetCommand).rejects(down);
    await expect(keys.find('acme', keyId)).rejects.toThrow(DependencyUnavailableError);
  });

  it('adds a key once; one that expires stays listed for 90 days', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).resolvesOnce({}).rejectsOnce(refused).rejects(down);
    await keys.add(key);
    await keys.add({ ...key, validUntil: 100 });
    const inputs = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    expect(inputs).toEqual(
      [ITEM, { ...ITEM, validUntil: 100, expiresAt: 100 + DAYS_90 }].map((Item) => ({
        ...{ TableName: 'api-keys', Item, ConditionExpression: 'attribute_not_exists(pk)' },
      })),
    );
    await expect(keys.add(key)).rejects.toThrow(ConflictError);
    await expect(keys.add(key)).rejects.toThrow(DependencyUnavailableError);
  });

  it("lists a tenant's keys and skips one that cannot be read", async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ ...ITEM, hash: 7 }, ITEM] });
    expect(await keys.list('acme', { limit: 50 })).toEqual({ items: [key], nextCursor: undefined });
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ExpressionAttributeValues: { ':pk': 'T#acme', ':sk': 'KEY#' },
    });
  });

  it('replaces a key in one transaction, unless it was replaced or revoked', async () => {
    const successor = sampleKey('acme', 2).key;
    dynamo.on(TransactWriteCommand).resolves({});
    await keys.replace({ keyId, validUntil: 500 }, successor);
    expect(dynamo.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems).toEqual([
      {
        Put: {
          TableName: 'api-keys',
          Item: { pk: 'T#acme', sk: `KEY#${successor.keyId}`, schemaVersion: 1, ...successor },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      {
        Update: {
          TableName: 'api-keys',
          Key: KEY,
          UpdateExpression: 'SET validUntil = :validUntil, expiresAt = :expiresAt, replacedBy = :by',
          ConditionExpression:
            'attribute_exists(pk) AND attribute_not_exists(revokedAt) AND attribute_not_exists(replacedBy)',
          ExpressionAttributeValues: {
            ...{ ':validUntil': 500, ':expiresAt': 500 + DAYS_90, ':by': successor.keyId },
          },
        },
      },
    ]);
  });

  it.each([
    ['ConditionalCheckFailed', ConflictError],
    ['TransactionConflict', DependencyUnavailableError],
    ['ThrottlingError', DependencyUnavailableError],
  ])('reports a replacement cancelled by %s', async (Code, error) => {
    const CancellationReasons = [{ Code: 'None' }, { Code }];
    dynamo
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ $metadata: {}, message: '', CancellationReasons }));
    await expect(keys.replace({ keyId, validUntil: 1 }, key)).rejects.toThrow(error);
  });

  it('revokes a key once, and returns it', async () => {
    const revoked = { ...key, revokedAt: 9, revokedBy: BY };
    dynamo.on(UpdateCommand).resolvesOnce({}).rejectsOnce(refused);
    dynamo.on(GetCommand).resolves({ Item: { ...ITEM, ...revoked } });
    expect(await keys.revoke('acme', keyId, 9, BY)).toEqual(revoked);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'api-keys',
      Key: KEY,
      UpdateExpression: 'SET revokedAt = :at, revokedBy = :by, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
      ExpressionAttributeValues: { ':at': 9, ':by': BY, ':expiresAt': 9 + DAYS_90 },
    });
    expect(await keys.revoke('acme', keyId, 99, BY)).toEqual(revoked);
  });
});

describe('uses of keys', () => {
  const table = { client, tableName: 'requests' };

  it('are recorded beside the quotas of the tenant, not in the key', async () => {
    dynamo.on(UpdateCommand).resolvesOnce({}).rejects(down);
    const recorder = dynamoKeyUseRecorder(table);
    await recorder.record('acme', keyId, 1000);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'requests',
      Key: { pk: 'T#acme', sk: `KEYUSE#${keyId}` },
      UpdateExpression: 'SET usedAt = :at, expiresAt = :expiresAt',
      ExpressionAttributeValues: { ':at': 1000, ':expiresAt': 1000 + 400 * 86_400 },
    });
    await expect(recorder.record('acme', keyId, 1000)).rejects.toThrow(DependencyUnavailableError);
  });

  it('are read by key id', async () => {
    dynamo.on(BatchGetCommand).resolves({
      Responses: { requests: [{ pk: 'T#acme', sk: `KEYUSE#${keyId}`, usedAt: 1000, expiresAt: 2000 }] },
    });
    const found = await dynamoKeyUses(table).lastUses('acme', [keyId, 'bbbbbbbbbbbb']);
    expect(found).toEqual(new Map([[keyId, 1000]]));
    expect(await dynamoKeyUses(table).lastUses('acme', [])).toEqual(new Map());
  });
});
