import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { decodeForecasts } from '../../../core/forecasts/codec/forecast-codec.ts';
import { DependencyUnavailableError, UnreadableItemError } from '../../../core/shared/errors.ts';
import { sampleMetric, sampleTarget } from '../../unit/forecasts/codec/forecast-samples.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const store = dynamoForecastStore({ client, tableName: 'hot', now: () => NOW * 1000 });
const meta = { $metadata: {}, message: 'no' };

/** Metrics of random values do not compress, so that a few hundred of them exceed one item. */
const largeTarget = () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const metrics = Array.from({ length: 500 }, (_, i) => {
    const sample = sampleMetric(`m${i}`);
    const noise = sample.forecast.mean.map(() => random() * 1000);
    const quantiles = sample.forecast.quantiles.map((row) => row.map((value, h) => value + noise[h]!));
    return { ...sample, forecast: { ...sample.forecast, quantiles } };
  });
  return sampleTarget([], { metrics });
};

beforeEach(() => {
  dynamo.reset();
});

describe('storing a forecast', () => {
  it('writes one item, unless a newer run has already written', async () => {
    dynamo.on(PutCommand).resolves({});
    await store.put(sampleTarget(['cpu', 'memory']), NOW + 60);
    const [call] = dynamo.commandCalls(PutCommand);
    const input = call?.args[0].input;
    expect(input).toMatchObject({
      TableName: 'hot',
      Item: { pk: 'T#acme#web-1', sk: 'F', parts: 1, model: 'ensemble-1.0.0', expiresAt: NOW + 60 },
      ConditionExpression: expect.stringContaining('issuedAt < :issuedAt'),
      ExpressionAttributeValues: {
        ':issuedAt': 1_795_255_500_000,
        ':runId': '2026-11-21T10-05-00Z-abcd1234',
      },
    });
    expect(decodeForecasts(input?.Item?.data).metrics.map(({ metric }) => metric)).toEqual(['cpu', 'memory']);
  });

  it('does not change a newer forecast', async () => {
    dynamo.on(PutCommand).rejects(new ConditionalCheckFailedException(meta));
    await expect(store.put(sampleTarget(['cpu']), NOW)).resolves.toBe(false);
  });

  it('writes the parts of a large target together, each within the limit', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await store.put(largeTarget(), NOW);
    const items = dynamo
      .commandCalls(TransactWriteCommand)[0]
      ?.args[0].input.TransactItems?.map(({ Put }) => Put?.Item);
    expect(items?.map((item) => item?.sk)).toEqual([
      'F',
      'F#2',
      ...(items?.slice(2).map((_, i) => `F#${i + 3}`) ?? []),
    ]);
    expect(items?.every((item) => item?.data.length < 390_000 && item?.parts === items.length)).toBe(true);
  });

  it('does not change newer parts, and passes on other cancellations', async () => {
    const cancelled = (Code: string) =>
      new TransactionCanceledException({ ...meta, CancellationReasons: [{ Code }] });
    dynamo.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed'));
    await expect(store.put(largeTarget(), NOW)).resolves.toBe(false);
    dynamo.on(TransactWriteCommand).rejects(cancelled('ValidationError'));
    await expect(store.put(largeTarget(), NOW)).rejects.toThrow(TransactionCanceledException);
  });

  it('is retriable if throttled', async () => {
    dynamo.on(PutCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.put(sampleTarget(['cpu']), NOW)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('reading a forecast', () => {
  const itemsOf = async (target: ReturnType<typeof sampleTarget>) => {
    dynamo.on(PutCommand).resolves({}).on(TransactWriteCommand).resolves({});
    await store.put(target, NOW + 60);
    const put = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
    const together = dynamo
      .commandCalls(TransactWriteCommand)
      .flatMap(({ args }) => args[0].input.TransactItems ?? []);
    dynamo.reset();
    return [...put, ...together.map(({ Put }) => Put?.Item)].flatMap((item) =>
      item === undefined ? [] : [item],
    );
  };

  it('returns all metrics of all parts, over several pages', async () => {
    const target = largeTarget();
    const items = await itemsOf(target);
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: items.slice(0, 1), LastEvaluatedKey: { pk: 'T#acme#web-1', sk: 'F' } })
      .resolves({ Items: items.slice(1) });
    const read = await store.get('acme', 'web-1');
    expect(read?.metrics.map(({ metric }) => metric)).toEqual(target.metrics.map(({ metric }) => metric));
    const [first, second] = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(first?.ExpressionAttributeValues).toEqual({ ':pk': 'T#acme#web-1', ':sk': 'F' });
    expect(second?.ExclusiveStartKey).toEqual({ pk: 'T#acme#web-1', sk: 'F' });
  });

  it('omits parts that an earlier, larger run left behind', async () => {
    const [item] = await itemsOf(sampleTarget(['cpu']));
    dynamo.on(QueryCommand).resolves({ Items: [item!, { ...item, sk: 'F#2', runId: 'older' }] });
    expect((await store.get('acme', 'web-1'))?.metrics).toHaveLength(1);
  });

  it('names the item whose bytes cannot be decoded: the caller is not to blame', async () => {
    const [item] = await itemsOf(sampleTarget(['cpu']));
    dynamo.on(QueryCommand).resolves({ Items: [{ ...item, data: Uint8Array.of(2) }] });
    const reading = store.get('acme', 'web-1');
    await expect(reading).rejects.toThrow(UnreadableItemError);
    await expect(reading).rejects.toThrow(
      'forecast T#acme#web-1 F cannot be read: expected a forecast of format 1, found 2',
    );
  });

  it('finds nothing if there is none, or if it has expired but is not yet removed', async () => {
    const [item] = await itemsOf(sampleTarget(['cpu']));
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [] })
      .resolves({ Items: [{ ...item, expiresAt: NOW }] });
    expect(await store.get('acme', 'web-1')).toBeUndefined();
    expect(await store.get('acme', 'web-1')).toBeUndefined();
  });
});
