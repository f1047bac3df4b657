import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { batchGet } from '../../../adapters/aws/dynamodb/batch-get.ts';
import {
  ABSENT,
  atVersion,
  ifConditionHolds,
  writeTogether,
} from '../../../adapters/aws/dynamodb/conditional-write.ts';
import { getItem } from '../../../adapters/aws/dynamodb/get-item.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table: stored, mock, reset } = memoryDynamo(client);
const table = { client, tableName: 'registry' };
const throttled = () => Object.assign(new Error('slow'), { name: 'ThrottlingException' });
const put = (v: number, expected: number) =>
  ifConditionHolds('storing', () =>
    client.send(
      new PutCommand({ TableName: 'registry', Item: { pk: 'a', sk: 'b', v }, ...atVersion(expected) }),
    ),
  );

beforeEach(reset);

describe('a write under a condition', () => {
  it('happens once for each version', async () => {
    expect([await put(1, 0), await put(1, 0), await put(2, 1), await put(2, 1), await put(9, 3)]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(stored.items).toEqual([{ pk: 'a', sk: 'b', v: 2 }]);
  });

  it('does not happen over an item that must be absent', () => {
    stored.put({ pk: 'a', sk: 'b' }, {});
    expect(() => stored.put({ pk: 'a', sk: 'b' }, ABSENT)).toThrow('The conditional request failed');
  });

  it('does not confuse an error with a lost race', async () => {
    mock.on(PutCommand).rejectsOnce(throttled()).rejects(new Error('denied'));
    await expect(put(1, 0)).rejects.toThrow('storing: ThrottlingException: slow');
    await expect(put(1, 0)).rejects.toThrow('denied');
  });
});

describe('writing together', () => {
  const write = () =>
    writeTogether({ client }, 'storing both', [
      { Put: { TableName: 'registry', Item: { pk: 'a', sk: '1' }, ...ABSENT } },
      { Put: { TableName: 'registry', Item: { pk: 'a', sk: '2' }, ...ABSENT } },
    ]);
  const cancelled = (...codes: readonly (string | undefined)[]) =>
    new TransactionCanceledException({
      ...{ $metadata: {}, message: 'cancelled' },
      CancellationReasons: codes.map((Code) => (Code === undefined ? {} : { Code })),
    });

  it('stores everything or nothing', async () => {
    expect(await write()).toBe('written');
    expect(stored.items).toHaveLength(2);
    stored.clear();
    stored.put({ pk: 'a', sk: '2' }, {});
    expect(await write()).toBe('lost');
    expect(stored.items).toHaveLength(1);
  });

  it.each([
    [['None', 'ConditionalCheckFailed'], 'lost'],
    [['TransactionConflict', 'ConditionalCheckFailed'], 'lost'],
    [['None', 'TransactionConflict'], 'conflict'],
    [['ThrottlingError', 'TransactionConflict'], 'conflict'],
  ])('cancelled for %j is %s', async (codes, outcome) => {
    mock.on(TransactWriteCommand).rejects(cancelled(...codes));
    expect(await write()).toBe(outcome);
  });

  it.each([['ThrottlingError'], ['ProvisionedThroughputExceeded']])(
    'cancelled for %s is retriable',
    async (code) => {
      mock.on(TransactWriteCommand).rejects(cancelled(undefined, code));
      await expect(write()).rejects.toThrow(DependencyUnavailableError);
      await expect(write()).rejects.toThrow(`storing both: None, ${code}`);
    },
  );

  it.each([[cancelled('ValidationError', 'None')], [cancelled()], [new Error('denied')]])(
    'passes on what a retry cannot help: %s',
    async (error) => {
      mock.on(TransactWriteCommand).rejects(error);
      await expect(write()).rejects.toBe(error);
    },
  );

  it('passes on a cancellation without reasons', async () => {
    const bare = new TransactionCanceledException({ $metadata: {}, message: 'cancelled' });
    mock.on(TransactWriteCommand).rejects(bare);
    await expect(write()).rejects.toBe(bare);
  });
});

describe('one item', () => {
  const key = { pk: 'a', sk: 'b' };

  it('is read strongly consistent unless that is waived', async () => {
    expect(await getItem(table, key, 'reading')).toBeUndefined();
    stored.put({ ...key, n: 1 }, {});
    expect(await getItem(table, key, 'reading')).toEqual({ ...key, n: 1 });
    expect(await getItem(table, key, 'reading', 'eventual')).toEqual({ ...key, n: 1 });
    const inputs = mock.commandCalls(GetCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true, undefined]);
    expect(inputs[0]).toMatchObject({ TableName: 'registry', Key: key });
  });

  it('is retriable if the table is throttled', async () => {
    mock.on(GetCommand).rejects(throttled());
    await expect(getItem(table, key, 'reading')).rejects.toThrow('reading: ThrottlingException: slow');
  });
});

describe('items by key', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: 'a', sk: `${i}` }));
  const pauses: number[] = [];
  const pace = { sleep: async (ms: number) => void pauses.push(ms), random: () => 0.5 };
  const requests = () =>
    mock.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.registry);

  beforeEach(() => {
    pauses.length = 0;
    for (const key of keys(250)) if (key.sk !== '7') stored.put(key, {});
  });

  it('are returned in any number, without those that do not exist', async () => {
    const items = await batchGet(table, keys(250), pace);
    expect(items).toHaveLength(249);
    expect(requests().map((request) => request?.Keys?.length)).toEqual([100, 100, 50]);
    expect(requests().every((request) => request?.ConsistentRead)).toBe(true);
    await batchGet(table, keys(1), pace, 'eventual');
    expect(requests().at(-1)?.ConsistentRead).toBe(false);
    expect(await batchGet(table, [], pace)).toEqual([]);
    expect(pauses).toEqual([]);
  });

  it('that were left unread are requested again: at once after progress, else after a pause', async () => {
    const left = (...sks: readonly string[]) => ({ registry: { Keys: sks.map((sk) => ({ pk: 'a', sk })) } });
    mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { registry: [{ pk: 'a', sk: '0' }] }, UnprocessedKeys: left('1', '2') })
      .resolvesOnce({ UnprocessedKeys: left('1', '2') })
      .resolvesOnce({ UnprocessedKeys: left('1', '2') })
      .resolvesOnce({ Responses: { registry: [{ pk: 'a', sk: '1' }] }, UnprocessedKeys: left('2') })
      .resolves({ Responses: { registry: [{ pk: 'a', sk: '2' }] }, UnprocessedKeys: {} });
    const items = await batchGet(table, keys(3), pace);
    expect(items.map(({ sk }) => sk)).toEqual(['0', '1', '2']);
    expect(requests().map((request) => request?.Keys?.length)).toEqual([3, 2, 2, 2, 1]);
    expect(pauses).toEqual([50, 100]);
  });

  it('are given up after six attempts without progress', async () => {
    mock.on(BatchGetCommand).callsFake(({ RequestItems }) => ({ UnprocessedKeys: RequestItems }));
    const reading = batchGet(table, keys(3), pace);
    await expect(reading).rejects.toThrow(DependencyUnavailableError);
    await expect(reading).rejects.toThrow('reading items: DynamoDB left 3 keys unread');
    expect(requests()).toHaveLength(6);
    expect(pauses).toEqual([50, 100, 200, 400, 800]);
  });

  it('are retriable if the table is down', async () => {
    mock.on(BatchGetCommand).rejects(throttled());
    await expect(batchGet(table, keys(1), pace)).rejects.toThrow('reading items: ThrottlingException: slow');
  });
});
