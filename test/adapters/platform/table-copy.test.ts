import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StageStacks } from '../../../adapters/platform/deployment/stage-stacks.ts';
import {
  describeCopy,
  findTable,
  tableSource,
  tableTarget,
} from '../../../adapters/platform/deployment/table-copy.ts';
import { MissingPermissionError } from '../../../core/platform/doctor/ports.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';

const dynamo = mockClient(DynamoDBClient);
const client = new DynamoDBClient({ region: 'us-east-1' });
const pace = { sleep: async () => {}, random: () => 0 };
const failure = (name: string) => Object.assign(new Error(name), { name });
const attributes = (index: number) => ({
  pk: { S: 'T#acme' },
  sk: { S: `B#${index}` },
  n: { N: '12345678901234567890123456789012345678' },
  expiresAt: { N: '1800000000' },
});
const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ content: attributes(index), expiresAt: 1_800_000_000 }));

beforeEach(() => dynamo.reset());

describe('a table to copy from', () => {
  it('is read in segments; items keep all digits, and the position is the last key', async () => {
    const LastEvaluatedKey = { pk: { S: 'T#acme' }, sk: { S: 'B#0' } };
    dynamo.on(ScanCommand).resolves({ Items: [attributes(0)], LastEvaluatedKey });
    const source = tableSource(client, 'copy');
    expect(await source.page(1, 4, undefined)).toEqual({
      items: items(1),
      next: { pk: 'T#acme', sk: 'B#0' },
    });
    dynamo.on(ScanCommand).resolves({});
    expect(await source.page(1, 4, { pk: 'T#acme', sk: 'B#0' })).toEqual({ items: [], next: undefined });
    expect(dynamo.commandCalls(ScanCommand)[1]?.args[0].input).toEqual({
      TableName: 'copy',
      Segment: 1,
      TotalSegments: 4,
      ExclusiveStartKey: LastEvaluatedKey,
      ConsistentRead: true,
    });
  });
});

describe('a table to copy into', () => {
  const target = tableTarget(client, { name: 'Blocks', tableName: 'blocks' }, pace);

  it('is empty if it has no item', async () => {
    dynamo.on(ScanCommand).resolves({ Items: [] });
    expect(await target.isEmpty()).toBe(true);
    dynamo.on(ScanCommand).resolves({ Items: [attributes(0)] });
    expect(await target.isEmpty()).toBe(false);
  });

  it('is overwritten in batches of 25, and what a batch left is written again', async () => {
    const left = [{ PutRequest: { Item: attributes(3) } }];
    dynamo
      .on(BatchWriteItemCommand)
      .resolvesOnce({ UnprocessedItems: { blocks: left } })
      .resolves({});
    expect(await target.overwrite(items(30))).toBe(30);
    const sent = dynamo
      .commandCalls(BatchWriteItemCommand)
      .map(({ args }) => args[0].input.RequestItems?.blocks);
    expect(new Set(sent.map((batch) => batch?.length))).toEqual(new Set([25, 5, 1]));
    expect(sent).toHaveLength(3);
    expect(sent).toContainEqual(left);
  });

  it('gives up if DynamoDB stores nothing any more', async () => {
    const all = [{ PutRequest: { Item: attributes(0) } }];
    dynamo.on(BatchWriteItemCommand).resolves({ UnprocessedItems: { blocks: all } });
    await expect(target.overwrite(items(1))).rejects.toThrow(DependencyUnavailableError);
    expect(dynamo.commandCalls(BatchWriteItemCommand)).toHaveLength(8);
  });

  it('gets only what it lacks', async () => {
    dynamo.on(PutItemCommand).resolves({});
    dynamo
      .on(PutItemCommand, { Item: attributes(1) })
      .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: 'there' }));
    expect(await target.addMissing(items(3))).toBe(2);
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.ConditionExpression).toBe(
      'attribute_not_exists(pk)',
    );
  });

  it('keeps API keys as they are that were revoked or replaced since the copy', async () => {
    const keys = tableTarget(client, { name: 'ApiKeys', tableName: 'keys' }, pace);
    dynamo.on(PutItemCommand).resolves({});
    dynamo
      .on(PutItemCommand, { Item: attributes(1) })
      .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: 'revoked' }));
    expect(await keys.overwrite(items(3))).toBe(2);
    expect(dynamo.commandCalls(BatchWriteItemCommand)).toEqual([]);
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input).toEqual({
      ...{ TableName: 'keys', Item: attributes(0) },
      ConditionExpression: 'attribute_not_exists(revokedAt) AND attribute_not_exists(replacedBy)',
    });
  });

  it('names the permission that is missing', async () => {
    dynamo.on(PutItemCommand).rejects(failure('AccessDeniedException'));
    await expect(target.addMissing(items(1))).rejects.toThrow(MissingPermissionError);
  });
});

describe('the tables of a copy', () => {
  const table = (path: string, physicalId: string) => ({
    path,
    physicalId,
    logicalId: path,
    type: 'AWS::DynamoDB::GlobalTable',
    properties: {},
  });
  const stage = {
    ofType: async () => [
      table('Data/Blocks/Store/Table', 'blocks-1'),
      table('Data/Targets/Store/Table', 't-1'),
    ],
  } as unknown as StageStacks;

  it('are named as in the documents', async () => {
    expect(await findTable(stage, 'Blocks')).toBe('blocks-1');
    await expect(findTable(stage, 'blocks')).rejects.toThrow('expected one of Blocks, Targets');
  });

  const described = (names: readonly string[], TableStatus: 'ACTIVE' | 'CREATING' = 'ACTIVE') => ({
    Table: {
      TableStatus,
      ItemCount: 7,
      KeySchema: names.map((AttributeName) => ({ AttributeName, KeyType: 'HASH' as const })),
    },
  });

  it('have the same keys, exist and are ready', async () => {
    dynamo.on(DescribeTableCommand).resolves(described(['pk', 'sk']));
    expect(await describeCopy(client, 'copy')).toBe(7);
    dynamo.on(DescribeTableCommand).resolves(described(['id']));
    await expect(describeCopy(client, 'copy')).rejects.toThrow('has the keys id, expected pk,sk');
    dynamo.on(DescribeTableCommand).resolves(described(['pk', 'sk'], 'CREATING'));
    await expect(describeCopy(client, 'copy')).rejects.toThrow('wait until it is ACTIVE');
    dynamo.on(DescribeTableCommand).rejects(failure('ResourceNotFoundException'));
    await expect(describeCopy(client, 'copy')).rejects.toThrow(InvalidInputError);
  });
});
