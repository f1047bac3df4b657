import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { telemetry } = recordedTelemetry();
const store = dynamoAnomalyStore({ client, tableName: 'registry', now: () => NOW * 1000, telemetry });
const refused = () => new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });

const anomaly = (over: Partial<Anomaly> = {}): Anomaly => ({
  ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp: NOW, value: 1e200, kind: 'pattern' },
  ...{ since: NOW - 300, score: 5.1, oneIn: 4000, parts: { seasonal: 3.6 } },
  ...{ expected: { lower: 1, upper: 2 }, reason: 'unusual', silenced: undefined, endedAt: undefined },
  ...over,
});

/** The item that is stored of an anomaly. */
const itemOf = async (one: Anomaly) => {
  dynamo.on(PutCommand).resolves({});
  await store.record([one], NOW + 60);
  const item = dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item;
  if (item === undefined) throw new Error('nothing was put');
  return item;
};

/** The stored anomalies at these times. */
const itemsAt = async (...times: readonly number[]) => {
  const items: Record<string, unknown>[] = [];
  for (const timestamp of times) items.push(await itemOf(anomaly({ timestamp })));
  return items;
};

beforeEach(() => {
  dynamo.reset();
});

describe('recording', () => {
  it('stores new anomalies by time, with a pending event', async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await store.record([anomaly()], NOW + 60)).toEqual([anomaly()]);
    expect(dynamo.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'registry',
      ConditionExpression: 'attribute_not_exists(pk)',
      Item: {
        pk: 'T#acme',
        sk: `ANOMALY#${new Date(NOW * 1000).toISOString().slice(0, 19)}Z#web-1#cpu`,
        announced: false,
        expiresAt: NOW + 60,
      },
    });
  });

  it('has no pending event for a silenced one', async () => {
    expect((await itemOf(anomaly({ silenced: 'disks' }))).announced).toBe(true);
    dynamo.on(PutCommand).resolves({});
    expect(await store.record([anomaly({ silenced: 'disks' })], NOW)).toEqual([]);
  });

  it.each([
    [{ announced: false }, 1],
    [{ announced: true }, 0],
    [undefined, 0],
  ])('checks whether a stored one was announced: %j', async (marks, owed) => {
    const Item = { ...(await itemOf(anomaly())), ...marks };
    dynamo.on(PutCommand).rejects(refused());
    dynamo.on(GetCommand).resolves(marks === undefined ? {} : { Item });
    expect(await store.record([anomaly()], NOW)).toHaveLength(owed);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  it('marks as announced, without restoring an expired one', async () => {
    dynamo.on(UpdateCommand).resolves({});
    await store.markAnnounced([anomaly(), anomaly({ metric: 'disk' })]);
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(2);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      UpdateExpression: 'SET announced = :yes',
      ConditionExpression: 'attribute_exists(pk)',
    });
  });

  it('is retriable if the table is throttled, and passes on other errors', async () => {
    dynamo.on(PutCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.record([anomaly()], NOW)).rejects.toThrow(DependencyUnavailableError);
    dynamo.on(PutCommand).rejects(new Error('denied'));
    await expect(store.record([anomaly()], NOW)).rejects.toThrow('denied');
  });
});

describe('ends', () => {
  const end = { tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp: NOW, endedAt: NOW + 600 };

  it('are stored with announced anomalies, the first end wins, and their event is pending', async () => {
    const item = await itemOf(anomaly());
    dynamo.on(UpdateCommand).resolves({ Attributes: { ...item, endedAt: NOW + 300 } });
    expect(await store.recordEnds([end])).toEqual([{ ...end, endedAt: NOW + 300 }]);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toEqual({
      TableName: 'registry',
      Key: { pk: item.pk, sk: item.sk },
      UpdateExpression: 'SET endedAt = if_not_exists(endedAt, :at)',
      ConditionExpression: 'announced = :yes AND attribute_not_exists(endAnnounced)',
      ExpressionAttributeValues: { ':at': NOW + 600, ':yes': true },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('of silenced anomalies are stored without a pending event', async () => {
    const item = await itemOf(anomaly({ silenced: 'disks' }));
    dynamo.on(UpdateCommand).resolves({ Attributes: { ...item, endedAt: NOW } });
    expect(await store.recordEnds([end])).toEqual([]);
  });

  it('of unknown, unannounced or already ended anomalies have no pending event; errors are passed on', async () => {
    dynamo.on(UpdateCommand).rejects(refused());
    expect(await store.recordEnds([end])).toEqual([]);
    dynamo.on(UpdateCommand).rejects(new Error('denied'));
    await expect(store.recordEnds([end])).rejects.toThrow('denied');
  });

  it('are marked as announced', async () => {
    dynamo.on(UpdateCommand).resolves({});
    await store.markEndsAnnounced([end]);
    expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      UpdateExpression: 'SET endAnnounced = :yes',
      ConditionExpression: 'attribute_exists(pk)',
    });
  });
});

describe('listing', () => {
  const page = { limit: 2, cursor: undefined };

  it('returns the stored anomalies, newest first', async () => {
    const whole = anomaly();
    const bare = anomaly({ expected: undefined, silenced: 'disks', endedAt: NOW + 5 });
    const Items = [await itemOf(whole), { ...(await itemOf(bare)), endedAt: NOW + 5 }];
    dynamo.on(QueryCommand).resolves({ Items });
    expect(await store.list('acme', {}, page)).toEqual({ items: [whole, bare], nextCursor: undefined });
    const input = dynamo.commandCalls(QueryCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
      FilterExpression: 'expiresAt > :now',
      ScanIndexForward: false,
      ExpressionAttributeValues: { ':pk': 'T#acme', ':from': 'ANOMALY#', ':until': 'ANOMALY$', ':now': NOW },
    });
    expect(input?.ExpressionAttributeNames).toBeUndefined();
  });

  it('queries the range and filters by the rest', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    const filter = { from: 0, to: 1, targetId: 'web-1', metric: 'cpu', kind: 'duration' } as const;
    await store.list('acme', filter, page);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      FilterExpression: 'expiresAt > :now AND #targetId = :targetId AND #metric = :metric AND #kind = :kind',
      ExpressionAttributeNames: { '#targetId': 'targetId', '#metric': 'metric', '#kind': 'kind' },
      ExpressionAttributeValues: {
        ':from': 'ANOMALY#1970-01-01T00:00:00Z',
        ':until': 'ANOMALY#1970-01-01T00:00:01Z$',
        ':kind': 'duration',
      },
    });
  });

  it('of active ones reads one day and omits ended ones', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    const oldest = new Date((NOW - 25 * 3600) * 1000).toISOString().slice(0, 19);
    await store.list('acme', { isActive: true }, page);
    await store.list('acme', { isActive: true, from: NOW - 60 }, page);
    const [first, second] = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(first).toMatchObject({
      FilterExpression: 'expiresAt > :now AND attribute_not_exists(endedAt)',
      ExpressionAttributeValues: { ':from': `ANOMALY#${oldest}Z` },
    });
    expect(second?.ExpressionAttributeValues?.[':from']).toContain(
      new Date((NOW - 60) * 1000).toISOString().slice(0, 19),
    );
  });

  it('queries nothing if its range is empty, or has moved past its cursor', async () => {
    const Items = await itemsAt(NOW - 3, NOW - 4, NOW - 25 * 3600 - 1);
    dynamo.reset();
    expect(await store.list('acme', { isActive: true, to: 5 }, page)).toEqual({
      items: [],
      nextCursor: undefined,
    });
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(0);
    dynamo.on(QueryCommand).resolves({ Items: Items.slice(1) });
    const { nextCursor } = await store.list('acme', {}, { limit: 1, cursor: undefined });
    dynamo.on(QueryCommand).resolves({ Items: Items.slice(2), LastEvaluatedKey: { sk: Items[2]?.sk } });
    const past = await store.list('acme', {}, { limit: 1, cursor: nextCursor });
    dynamo.resetHistory();
    const after = await store.list('acme', { isActive: true }, { limit: 1, cursor: past.nextCursor });
    expect(after).toEqual({ items: [], nextCursor: undefined });
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(0);
  });

  it('continues after the last item of a page, or after the last item that was read', async () => {
    const Items = await itemsAt(3, 2, 1);
    dynamo.on(QueryCommand).resolves({ Items });
    const first = await store.list('acme', {}, page);
    expect(first.items.map(({ timestamp }) => timestamp)).toEqual([3, 2]);
    await store.list('acme', {}, { limit: 2, cursor: first.nextCursor });
    expect(dynamo.commandCalls(QueryCommand).at(-1)?.args[0].input.ExclusiveStartKey).toEqual({
      pk: 'T#acme',
      sk: Items[1]?.sk,
    });
    dynamo.reset();
    dynamo.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { pk: 'T#acme', sk: 'ANOMALY#x' } });
    const empty = await store.list('acme', { metric: 'rare' }, page);
    expect(empty.items).toEqual([]);
    expect(empty.nextCursor).toBeDefined();
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(8);
  });

  it("rejects another tenant's cursor", async () => {
    const Items = await itemsAt(3, 2, 1);
    dynamo.on(QueryCommand).resolves({ Items });
    const { nextCursor } = await store.list('acme', {}, page);
    await expect(store.list('globex', {}, { limit: 2, cursor: nextCursor })).rejects.toThrow(
      InvalidInputError,
    );
  });
});
