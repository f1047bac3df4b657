import { DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoQuotaLedger } from '../../../adapters/platform/quota-ledger.ts';
import { windowAt } from '../../../core/platform/api/quotas.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const down = new DynamoDBServiceException({
  $metadata: {},
  message: '',
  name: 'InternalServerError',
  $fault: 'server',
});

beforeEach(() => {
  dynamo.reset();
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
      UpdateExpression: 'ADD drawn :added SET expiresAt = :expiresAt',
      ExpressionAttributeValues: { ':added': 300, ':expiresAt': 180 + 3600 },
      ReturnValues: 'UPDATED_NEW',
    });
  });

  it('never treats a failed update as a used-up quota', async () => {
    dynamo.on(UpdateCommand).rejects(down);
    await expect(ledger.draw('acme', window, 1)).rejects.toThrow(DependencyUnavailableError);
  });

  const day = windowAt('newTargetsPerDay', 125_000);
  const addedHashes = (): Set<string>[] =>
    dynamo
      .commandCalls(UpdateCommand)
      .map((call) => call.args[0].input.ExpressionAttributeValues?.[':added']);

  it('notes hashes of things in 256 items, and finds them again', async () => {
    const ids = Array.from({ length: 3_000 }, (_, i) => `host-${i}`);
    const items = new Map<string, Set<string>>();
    dynamo.on(UpdateCommand).callsFake(({ Key, ExpressionAttributeValues: values, UpdateExpression }) => {
      expect(UpdateExpression).toBe('ADD things :added SET expiresAt = :expiresAt');
      expect(values[':expiresAt']).toBe(86_400 + 3_600);
      const before = items.get(Key.sk);
      items.set(Key.sk, new Set([...(before ?? []), ...values[':added']]));
      return before === undefined ? {} : { Attributes: { pk: Key.pk, sk: Key.sk, things: before } };
    });
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems: { requests } }) => ({
      Responses: {
        requests: requests.Keys.flatMap(({ sk }: { sk: string }) => {
          const things = items.get(sk);
          return things === undefined ? [] : [{ things }];
        }),
      },
    }));
    expect(await ledger.noted('acme', day, ids.slice(0, 10))).toEqual(new Set());
    expect(await ledger.note('acme', day, ids.slice(0, 2_000))).toEqual(new Set());
    expect(await ledger.note('acme', day, ids.slice(1_990, 2_010))).toEqual(new Set(ids.slice(1_990, 2_000)));
    expect(await ledger.noted('acme', day, ids)).toEqual(new Set(ids.slice(0, 2_010)));
    expect(items.size).toBe(256);
    expect([...items.keys()]).toContain('NOTED#newTargetsPerDay#0#00');
  });

  it('writes at most 256 items for a request, each of one write unit at 20,000 things', async () => {
    dynamo.on(UpdateCommand).resolves({});
    await ledger.note(
      't'.repeat(39),
      day,
      Array.from({ length: 20_000 }, (_, i) => `host-${i}.example.com`),
    );
    const sizes = addedHashes().map((hashes) => [...hashes].join('').length);
    expect(sizes).toHaveLength(256);
    const [{ Key } = { Key: {} }] = dynamo.commandCalls(UpdateCommand).map((call) => call.args[0].input);
    const overhead = JSON.stringify({ ...Key, things: '', expiresAt: 1_000_000_000 }).length;
    const share = sizes.filter((bytes) => bytes + overhead <= 1_024).length / sizes.length;
    expect(share).toBeGreaterThan(0.5);
    expect(Math.max(...sizes) + overhead).toBeLessThan(2_048);
  });

  it('never treats a failed look-up as things that were not noted', async () => {
    dynamo.on(BatchGetCommand).rejects(down);
    dynamo.on(UpdateCommand).rejects(down);
    await expect(ledger.noted('acme', day, ['a'])).rejects.toThrow(DependencyUnavailableError);
    await expect(ledger.note('acme', day, ['a'])).rejects.toThrow(DependencyUnavailableError);
  });
});
