/** The fake rejects what DynamoDB rejects, so that a store that passes its tests also works. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table, reset } = memoryDynamo(client, { indexes: { byRank: { partition: 'riskPk', sort: 'rank' } } });
const TableName = 'any';
const put = (Item: Record<string, unknown>, more = {}) =>
  client.send(new PutCommand({ TableName, Item, ...more }));
const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
  client.send(new QueryCommand({ TableName, ...input }));
const invalid = { name: 'ValidationException' };

beforeEach(reset);

describe('items', () => {
  it('are copies, without undefined attributes', async () => {
    const data = Uint8Array.of(1, 2);
    const item = { pk: 'a', sk: 'b', data, gone: undefined };
    await put(item);
    item.data[0] = 9;
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: 'a', sk: 'b' } }));
    expect(Item).toEqual({ pk: 'a', sk: 'b', data: Uint8Array.of(1, 2) });
    expect(Object.keys(Item ?? {})).not.toContain('gone');
  });

  it('need a key and fit into 400 KB', async () => {
    await expect(put({ pk: 'a' })).rejects.toMatchObject(invalid);
    await expect(put({ pk: 'a', sk: '' })).rejects.toMatchObject(invalid);
    await expect(put({ pk: 'a', sk: 'b', data: new Uint8Array(410_000) })).rejects.toMatchObject(invalid);
  });

  it('change under a condition', async () => {
    const Key = { pk: 'a', sk: 'b' };
    const add = () =>
      client.send(
        new UpdateCommand({
          ...{ TableName, Key, ReturnValues: 'ALL_NEW' },
          UpdateExpression: 'ADD points :p SET at = if_not_exists(at, :p) REMOVE gone',
          ConditionExpression: 'attribute_not_exists(points) OR (points < :max AND NOT points = :never)',
          ExpressionAttributeValues: { ':p': 4, ':max': 8, ':never': 7 },
        }),
      );
    expect((await add()).Attributes).toEqual({ ...Key, points: 4, at: 4 });
    expect((await add()).Attributes).toEqual({ ...Key, points: 8, at: 4 });
    await expect(add()).rejects.toThrow(ConditionalCheckFailedException);
    await client.send(new DeleteCommand({ TableName, Key }));
    expect(table.items).toEqual([]);
  });
});

describe('expressions', () => {
  const condition = (ConditionExpression: string, values?: object, names?: object) =>
    put(
      { pk: 'a', sk: 'b' },
      { ConditionExpression, ExpressionAttributeValues: values, ExpressionAttributeNames: names },
    );

  it.each([
    ['a reserved word', 'status = :s', { ':s': 1 }, undefined],
    ['a placeholder without value', 'colour = :s', { ':t': 1 }, undefined],
    ['a value that is not used', 'attribute_exists(pk)', { ':t': 1 }, undefined],
    ['a name that is not used', 'attribute_exists(pk)', undefined, { '#n': 'n' }],
    ['an empty map of names', 'attribute_exists(pk)', undefined, {}],
    ['words after its end', 'attribute_exists(pk) pk', undefined, undefined],
    ['a missing end', 'attribute_exists(pk', undefined, undefined],
    ['an unknown operator', 'colour ! :s', { ':s': 1 }, undefined],
  ])('are rejected for %s', async (_, text, values, names) => {
    await expect(condition(text, values, names)).rejects.toMatchObject(invalid);
  });

  it('never match values of another type, or none', async () => {
    await put({ pk: 'a', sk: 'b', n: 5 });
    for (const text of ['n = :v', 'n < :v', 'n >= :v', 'missing = :v', 'missing < :v'])
      await expect(condition(text, { ':v': '5' })).rejects.toThrow(ConditionalCheckFailedException);
  });
});

describe('queries', () => {
  beforeEach(async () => {
    for (const [sk, n] of [
      ['a#1', 3],
      ['a#2', 1],
      ['a#3', 2],
      ['b#1', 4],
    ] as const)
      await put({ pk: 'p', sk, n, riskPk: 'r', rank: n });
    await put({ pk: 'q', sk: 'a#9', n: 9 });
  });
  const key = { KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)' };
  const values = { ':p': 'p', ':s': 'a#' };
  const sks = ({ Items = [] }: { Items?: Record<string, unknown>[] | undefined }) =>
    Items.map(({ sk }) => sk);

  it('stay in their partition, in order', async () => {
    const ascending = await query({ ...key, ExpressionAttributeValues: values });
    expect([sks(ascending), ascending.Count, ascending.LastEvaluatedKey]).toEqual([
      ['a#1', 'a#2', 'a#3'],
      3,
      undefined,
    ]);
    expect(sks(await query({ ...key, ExpressionAttributeValues: values, ScanIndexForward: false }))).toEqual([
      'a#3',
      'a#2',
      'a#1',
    ]);
  });

  it('filter after the limit, and return where they stopped', async () => {
    const page = await query({
      ...{ ...key, Limit: 2, FilterExpression: 'n > :n' },
      ExpressionAttributeValues: { ...values, ':n': 2 },
    });
    expect([sks(page), page.LastEvaluatedKey]).toEqual([['a#1'], { pk: 'p', sk: 'a#2' }]);
    const next = { ...key, ExpressionAttributeValues: values, ExclusiveStartKey: { pk: 'p', sk: 'a#2' } };
    expect(sks(await query(next))).toEqual(['a#3']);
  });

  it('reject to start outside their range', async () => {
    const outside = { ...key, ExpressionAttributeValues: values, ExclusiveStartKey: { pk: 'p', sk: 'b#1' } };
    await expect(query(outside)).rejects.toMatchObject(invalid);
  });

  it('follow an index, which holds only items with its attributes', async () => {
    const byRank = {
      ...{ IndexName: 'byRank', KeyConditionExpression: 'riskPk = :r' },
      ExpressionAttributeValues: { ':r': 'r' },
    };
    expect(sks(await query(byRank))).toEqual(['a#2', 'a#3', 'a#1', 'b#1']);
    const { LastEvaluatedKey } = await query({ ...byRank, Limit: 1 });
    expect(LastEvaluatedKey).toEqual({ riskPk: 'r', rank: 1, pk: 'p', sk: 'a#2' });
    await expect(query({ ...byRank, IndexName: 'none' })).rejects.toMatchObject(invalid);
  });
});

describe('several items at once', () => {
  it('are read in any number up to 100, without repetition', async () => {
    await put({ pk: 'a', sk: '1' });
    const read = (Keys: Record<string, unknown>[]) =>
      client.send(new BatchGetCommand({ RequestItems: { any: { Keys } } }));
    expect(
      (
        await read([
          { pk: 'a', sk: '1' },
          { pk: 'a', sk: '2' },
        ])
      ).Responses,
    ).toEqual({
      any: [{ pk: 'a', sk: '1' }],
    });
    await expect(read([])).rejects.toMatchObject(invalid);
    await expect(
      read([
        { pk: 'a', sk: '1' },
        { pk: 'a', sk: '1' },
      ]),
    ).rejects.toMatchObject(invalid);
    const many = Array.from({ length: 101 }, (_, i) => ({ pk: 'a', sk: `${i}` }));
    await expect(read(many)).rejects.toMatchObject(invalid);
  });

  it('are written all or none', async () => {
    await put({ pk: 'a', sk: '1', n: 1 });
    const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
    const write = (...sks: readonly string[]) =>
      client.send(
        new TransactWriteCommand({
          TransactItems: sks.map((sk) => ({ Put: { TableName, Item: { pk: 'a', sk }, ...absent } })),
        }),
      );
    await expect(write('2', '1')).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
    expect(table.items).toHaveLength(1);
    await write('2', '3');
    expect(table.items).toHaveLength(3);
    await expect(write('4', '4')).rejects.toMatchObject(invalid);
  });
});
