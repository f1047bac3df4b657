import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import type { PredictedBreach } from '../../../core/forecasts/target-forecast.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { sampleMetric } from '../../unit/forecasts/codec/forecast-samples.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const store = dynamoBreachStore({
  client,
  tableName: 'registry',
  now: () => NOW * 1000,
  telemetry: recordedTelemetry().telemetry,
});

const breach = (metric: string, risk = 40): PredictedBreach => {
  const { threshold, breach: odds } = sampleMetric(metric);
  return {
    ...{ tenantId: 'acme', targetId: 'web-1', metric, profile: 'web', runId: 'r', issuedAt: NOW * 1000 },
    ...{ risk, threshold, breach: odds, expectedPeak: 1e200, warning: null, explanation: null },
  };
};

const LIFETIME = { listedUntil: NOW + 60, expiresAt: NOW + 600 };

/** The item the store writes for a breach. */
const itemOf = async (one: PredictedBreach) => {
  dynamo.on(PutCommand).resolves({});
  await store.change(one, { put: [one], remove: [] }, LIFETIME);
  const item = dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item;
  if (item === undefined) throw new Error('nothing was put');
  return item;
};

beforeEach(() => {
  dynamo.reset();
});

const RUN = { tenantId: 'acme', targetId: 'web-1', issuedAt: NOW * 1000 };

describe('storing the breaches of a target', () => {
  it('writes and removes what a run found, and never overwrites a newer run', async () => {
    dynamo.on(PutCommand).resolves({}).on(DeleteCommand).resolves({});
    await store.change(RUN, { put: [breach('cpu')], remove: ['gone'] }, LIFETIME);
    const guard = {
      ConditionExpression: 'attribute_not_exists(issuedAt) OR issuedAt <= :issuedAt',
      ExpressionAttributeValues: { ':issuedAt': NOW * 1000 },
    };
    expect(dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input)).toMatchObject([
      {
        ...guard,
        Item: {
          pk: 'T#acme',
          sk: 'BREACH#web-1#cpu',
          riskPk: 'T#acme',
          risk: 40,
          probability: 0.25,
          severity: 'info',
          issuedAt: NOW * 1000,
          listedUntil: NOW + 60,
          expiresAt: NOW + 600,
        },
      },
    ]);
    expect(dynamo.commandCalls(DeleteCommand).map(({ args }) => args[0].input)).toMatchObject([
      { ...guard, Key: { pk: 'T#acme', sk: 'BREACH#web-1#gone' } },
    ]);
  });

  it('succeeds if a newer run exists, and is retriable if the table is throttled', async () => {
    const put = { put: [breach('cpu')], remove: [] };
    dynamo.on(PutCommand).rejectsOnce(new ConditionalCheckFailedException({ $metadata: {}, message: 'no' }));
    await expect(store.change(RUN, put, LIFETIME)).resolves.toBeUndefined();
    dynamo.on(PutCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.change(RUN, put, LIFETIME)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('reading the breaches that earlier runs stored', () => {
  it('reads all pages of the target, consistently', async () => {
    const [cpu, disk] = [breach('cpu'), breach('disk')];
    const items = [await itemOf(cpu), await itemOf(disk)];
    const LastEvaluatedKey = { pk: 'T#acme', sk: 'BREACH#web-1#cpu' };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: items.slice(0, 1), LastEvaluatedKey })
      .resolves({ Items: items.slice(1) });
    const stored = await store.stored('acme', 'web-1');
    expect([...stored]).toEqual([
      ['cpu', cpu],
      ['disk', disk],
    ]);
    expect(dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input)).toMatchObject([
      {
        ConsistentRead: true,
        ExpressionAttributeValues: { ':pk': 'T#acme', ':prefix': 'BREACH#web-1#' },
      },
      { ExclusiveStartKey: LastEvaluatedKey },
    ]);
  });

  it('reads items of releases without standing warnings', async () => {
    const { detail, listedUntil: _, issuedAt: __, ...item } = await itemOf(breach('cpu'));
    const { warning: ___, explanation: ____, ...older } = JSON.parse(String(detail));
    dynamo.on(QueryCommand).resolves({ Items: [{ ...item, detail: JSON.stringify(older) }] });
    expect((await store.stored('acme', 'web-1')).get('cpu')).toEqual({ ...breach('cpu'), warning: null });
  });
});

describe('listing breaches', () => {
  it('queries the index by risk for those that have not expired and pass the filter', async () => {
    const cpu = breach('cpu');
    const item = await itemOf(cpu);
    dynamo.on(QueryCommand).resolves({ Items: [item] });
    const filter = { minProbability: 0.2, severity: 'info', targetId: 'web-1' } as const;
    expect(await store.list('acme', filter, { limit: 5 })).toEqual({ items: [cpu], nextCursor: undefined });
    expect(dynamo.commandCalls(QueryCommand).at(-1)?.args[0].input).toMatchObject({
      IndexName: 'byRisk',
      ScanIndexForward: false,
      FilterExpression:
        'expiresAt > :now AND (attribute_not_exists(listedUntil) OR listedUntil > :now) AND probability >= :minProbability AND severity = :severity AND targetId = :targetId',
      ExpressionAttributeValues: { ':riskPk': 'T#acme', ':now': NOW, ':minProbability': 0.2 },
    });
  });

  it('continues after the last item of a page', async () => {
    const items = [];
    for (const [i, risk] of [90, 60, 30].entries()) items.push(await itemOf(breach(`m${i}`, risk)));
    dynamo.on(QueryCommand).resolves({ Items: items });
    const first = await store.list('acme', {}, { limit: 2 });
    expect(first.items.map(({ risk }) => risk)).toEqual([90, 60]);
    dynamo.on(QueryCommand).resolves({ Items: items.slice(2) });
    const second = await store.list('acme', {}, { limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ risk: 30 }], nextCursor: undefined });
    expect(dynamo.commandCalls(QueryCommand).at(-1)?.args[0].input.ExclusiveStartKey).toEqual({
      ...{ riskPk: 'T#acme', risk: 60, pk: 'T#acme', sk: 'BREACH#web-1#m1' },
    });
  });

  it('continues reading if the filter matches few items, and finally returns a short page', async () => {
    const item = await itemOf(breach('cpu'));
    dynamo.reset();
    const LastEvaluatedKey = { riskPk: 'T#acme', risk: 12, pk: 'T#acme', sk: 'BREACH#web-9#cpu' };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item], LastEvaluatedKey })
      .resolves({ Items: [], LastEvaluatedKey });
    const page = await store.list('acme', {}, { limit: 10 });
    expect(page.items).toHaveLength(1);
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(8);
    await store.list('acme', {}, { limit: 10, cursor: page.nextCursor });
    expect(dynamo.commandCalls(QueryCommand)[8]?.args[0].input.ExclusiveStartKey).toEqual(LastEvaluatedKey);
  });

  it("rejects another tenant's cursor", async () => {
    const items = [await itemOf(breach('a', 2)), await itemOf(breach('b', 1))];
    dynamo.on(QueryCommand).resolves({ Items: items });
    const { nextCursor } = await store.list('acme', {}, { limit: 1 });
    await expect(store.list('globex', {}, { limit: 1, cursor: nextCursor })).rejects.toThrow(
      InvalidInputError,
    );
  });
});
