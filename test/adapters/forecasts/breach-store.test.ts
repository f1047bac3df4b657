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
    ...{ risk, threshold, breach: odds, expectedPeak: 1e200 },
  };
};

/** The item the store writes for a breach. */
const itemOf = async (one: PredictedBreach) => {
  dynamo.on(QueryCommand).resolves({ Items: [] }).on(PutCommand).resolves({});
  await store.replace(one.tenantId, one.targetId, [one], NOW + 60);
  const item = dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item;
  if (item === undefined) throw new Error('nothing was put');
  return item;
};

beforeEach(() => {
  dynamo.reset();
});

describe('replacing the breaches of a target', () => {
  it('writes the new ones, removes those no longer predicted, and never overwrites a newer run', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ sk: 'BREACH#web-1#cpu' }, { sk: 'BREACH#web-1#gone' }] });
    dynamo.on(PutCommand).resolves({}).on(DeleteCommand).resolves({});
    await store.replace('acme', 'web-1', [breach('cpu')], NOW + 60);
    const guard = {
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :expiresAt',
      ExpressionAttributeValues: { ':expiresAt': NOW + 60 },
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
        },
      },
    ]);
    expect(dynamo.commandCalls(DeleteCommand).map(({ args }) => args[0].input)).toMatchObject([
      { ...guard, Key: { pk: 'T#acme', sk: 'BREACH#web-1#gone' } },
    ]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ConsistentRead: true,
      ExpressionAttributeValues: { ':pk': 'T#acme', ':prefix': 'BREACH#web-1#' },
    });
  });

  it('succeeds if a newer run exists, and is retriable if the table is throttled', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    dynamo.on(PutCommand).rejectsOnce(new ConditionalCheckFailedException({ $metadata: {}, message: 'no' }));
    await expect(store.replace('acme', 'web-1', [breach('cpu')], NOW)).resolves.toBeUndefined();
    dynamo.on(PutCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.replace('acme', 'web-1', [breach('cpu')], NOW)).rejects.toThrow(
      DependencyUnavailableError,
    );
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
        'expiresAt > :now AND probability >= :minProbability AND severity = :severity AND targetId = :targetId',
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
