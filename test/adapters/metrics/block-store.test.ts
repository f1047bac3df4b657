import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { BlocksNotWrittenError } from '../../../core/metrics/blocks/blocks-not-written-error.ts';
import type { BlockWrite } from '../../../core/metrics/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const waits: number[] = [];
const pace = {
  sleep: async (ms: number) => {
    waits.push(ms);
  },
  random: () => 0.5,
};
const store = dynamoBlockStore({ client, tableName: 'hot', retentionDays: 35 }, pace);

/** 2026-11-21T10. */
const HOUR = 498_682;
const keyOf = (hour: number) => ({ tenantId: 'acme', targetId: 'web-1', hour: HOUR + hour });
const bytes = Uint8Array.from([1, 2, 3]);
const itemOf = (hour: number, v = 3) => ({
  pk: 'T#acme#web-1',
  sk: `B#2026-11-21T${String(10 + hour).padStart(2, '0')}`,
  data: bytes,
  v,
});
const writesOf = (count: number, expectedVersion = 0, size = 3): BlockWrite[] =>
  Array.from({ length: count }, (_, hour) => ({
    key: keyOf(hour),
    bytes: new Uint8Array(size),
    expectedVersion,
  }));
const about = { $metadata: {}, message: '' };
const lostRace = new ConditionalCheckFailedException(about);
const throttled = new DynamoDBServiceException({ ...about, name: 'ThrottlingException', $fault: 'client' });
const denied = new DynamoDBServiceException({ ...about, name: 'AccessDeniedException', $fault: 'client' });

beforeEach(() => {
  dynamo.reset();
  waits.length = 0;
});

describe('reading blocks', () => {
  it('reads consistently, in the requested order, absent ones as version 0', async () => {
    dynamo.on(BatchGetCommand).resolves({ Responses: { hot: [itemOf(1)] } });
    expect(await store.read([keyOf(0), keyOf(1)])).toEqual([
      { key: keyOf(0), bytes: undefined, version: 0 },
      { key: keyOf(1), bytes, version: 3 },
    ]);
    expect(dynamo.commandCalls(BatchGetCommand)[0]?.args[0].input).toEqual({
      RequestItems: {
        hot: {
          ConsistentRead: true,
          Keys: [
            { pk: 'T#acme#web-1', sk: 'B#2026-11-21T10' },
            { pk: 'T#acme#web-1', sk: 'B#2026-11-21T11' },
          ],
        },
      },
    });
  });

  it('reads a hundred keys per call', async () => {
    dynamo.on(BatchGetCommand).resolves({ Responses: { hot: [] } });
    await store.read(Array.from({ length: 336 }, (_, hour) => keyOf(hour)));
    const sizes = dynamo
      .commandCalls(BatchGetCommand)
      .map(({ args }) => args[0].input.RequestItems?.hot?.Keys?.length);
    expect(sizes).toEqual([100, 100, 100, 36]);
  });

  it('requests unread keys again, at once while there is progress', async () => {
    const left = (hour: number) => ({ hot: { Keys: [{ pk: 'T#acme#web-1', sk: itemOf(hour).sk }] } });
    dynamo
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { hot: [itemOf(0)] }, UnprocessedKeys: left(1) })
      .resolvesOnce({ Responses: { hot: [] }, UnprocessedKeys: left(1) })
      .resolves({ Responses: { hot: [itemOf(1)] } });
    expect((await store.read([keyOf(0), keyOf(1)])).map(({ version }) => version)).toEqual([3, 3]);
    expect(waits).toEqual([50]);
  });

  it('gives up without progress instead of treating blocks as absent', async () => {
    const UnprocessedKeys = { hot: { Keys: [{ pk: 'T#acme#web-1', sk: itemOf(0).sk }] } };
    dynamo.on(BatchGetCommand).resolves({ Responses: {}, UnprocessedKeys });
    await expect(store.read([keyOf(0)])).rejects.toThrow(DependencyUnavailableError);
    expect(waits).toHaveLength(5);
  });

  it('distinguishes a throttled table from one that it may not read', async () => {
    dynamo.on(BatchGetCommand).rejectsOnce(throttled).rejects(denied);
    await expect(store.read([keyOf(0)])).rejects.toThrow(DependencyUnavailableError);
    await expect(store.read([keyOf(0)])).rejects.toBe(denied);
  });

  it('reads a range page by page', async () => {
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [itemOf(0)], LastEvaluatedKey: { pk: 'T#acme#web-1', sk: itemOf(0).sk } })
      .resolves({ Items: [itemOf(2, 9)] });
    expect(await store.readRange('acme', 'web-1', HOUR, HOUR + 2)).toEqual([
      { key: keyOf(0), bytes, version: 3 },
      { key: keyOf(2), bytes, version: 9 },
    ]);
    const [first, second] = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(first?.ExpressionAttributeValues).toEqual({
      ':pk': 'T#acme#web-1',
      ':from': 'B#2026-11-21T10',
      ':to': 'B#2026-11-21T12',
    });
    expect(second?.ExclusiveStartKey).toEqual({ pk: 'T#acme#web-1', sk: 'B#2026-11-21T10' });
  });
});

describe('writing blocks', () => {
  it('writes a new block only if it does not exist; it expires 35 days after its hour', async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await store.write(writesOf(1))).toEqual([]);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toEqual({
      TableName: 'hot',
      Item: {
        pk: 'T#acme#web-1',
        sk: 'B#2026-11-21T10',
        data: new Uint8Array(3),
        v: 1,
        expiresAt: (HOUR + 1) * 3600 + 35 * 86_400,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  });

  it('overwrites a block only at the version that was read', async () => {
    dynamo.on(PutCommand).resolves({});
    await store.write(writesOf(1, 7));
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      Item: { v: 8 },
      ConditionExpression: 'v = :v',
      ExpressionAttributeValues: { ':v': 7 },
    });
  });

  it('returns the blocks that lost a race', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejectsOnce(lostRace).resolves({});
    expect(await store.write(writesOf(3))).toEqual([keyOf(1)]);
  });

  it('names the blocks it could not write, besides those that lost a race; the others are written', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejectsOnce(lostRace).rejectsOnce(throttled).resolves({});
    const error = await store.write(writesOf(4, 1)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BlocksNotWrittenError);
    expect(error).toMatchObject({
      lost: [keyOf(1)],
      notWritten: [keyOf(2)],
      name: 'DependencyUnavailableError',
    });
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(4);
  });

  it('passes on permanent errors', async () => {
    dynamo.on(PutCommand).rejects(denied);
    await expect(store.write(writesOf(1))).rejects.toBe(denied);
  });

  it('updates any number of blocks one by one: transactions cost double', async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await store.write(writesOf(50, 1))).toEqual([]);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(50);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(0);
  });

  it('writes many new blocks in transactions of a hundred, updates among them one by one', async () => {
    dynamo.on(TransactWriteCommand).resolves({}).on(PutCommand).resolves({});
    const updates = writesOf(3, 1).map((write) => ({ ...write, key: { ...write.key, targetId: 'old' } }));
    expect(await store.write([...writesOf(336), ...updates])).toEqual([]);
    const sizes = dynamo
      .commandCalls(TransactWriteCommand)
      .map(({ args }) => args[0].input.TransactItems?.length);
    expect(sizes).toEqual([100, 100, 100, 36]);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(3);
  });

  it('keeps each transaction below four megabytes', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await store.write(writesOf(30, 0, 300_000));
    const sizes = dynamo
      .commandCalls(TransactWriteCommand)
      .map(({ args }) => args[0].input.TransactItems?.length);
    expect(sizes).toEqual([9, 9, 9, 3]);
  });

  it('writes the others of a cancelled transaction one by one', async () => {
    const CancellationReasons = Array.from({ length: 10 }, (_, index) => ({
      Code: index === 4 ? 'ConditionalCheckFailed' : index === 6 ? 'TransactionConflict' : 'None',
    }));
    dynamo
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ ...about, CancellationReasons }));
    dynamo.on(PutCommand).rejectsOnce(lostRace).resolves({});
    expect(await store.write(writesOf(10))).toEqual([keyOf(4), keyOf(0)]);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(9);
  });

  it('names all blocks of a throttled transaction, and passes on permanent errors', async () => {
    dynamo.on(TransactWriteCommand).rejectsOnce(throttled).rejects(denied);
    const error = await store.write(writesOf(9)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ notWritten: writesOf(9).map(({ key }) => key), lost: [] });
    await expect(store.write(writesOf(9))).rejects.toBe(denied);
  });

  it('returns all blocks of a transaction that was cancelled for throttling, instead of writing each at once', async () => {
    const CancellationReasons = Array.from({ length: 10 }, (_, index) => ({
      Code: index === 4 ? 'ThrottlingError' : 'None',
    }));
    dynamo
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ ...about, CancellationReasons }));
    const error = await store.write(writesOf(10)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ notWritten: writesOf(10).map(({ key }) => key), lost: [] });
    expect(dynamo.commandCalls(PutCommand)).toEqual([]);
  });

  it('reports a block that DynamoDB rejects permanently as invalid input', async () => {
    const refused = new DynamoDBServiceException({
      $metadata: {},
      ...{
        message: 'Item size has exceeded the maximum allowed size',
        name: 'ValidationException',
        $fault: 'client',
      },
    });
    dynamo.on(PutCommand).rejects(refused);
    await expect(store.write(writesOf(1))).rejects.toThrow(InvalidInputError);
  });

  it('writes nothing without blocks', async () => {
    expect(await store.write([])).toEqual([]);
    expect(dynamo.calls()).toHaveLength(0);
  });
});
