import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { failureOf, newRun } from '../../../core/forecasts/runs/sum-results.ts';
import { ConflictError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const store = dynamoRunStore({
  client,
  tableName: 'registry',
  now: () => NOW * 1000,
  telemetry: recordedTelemetry().telemetry,
});
const taken = new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
const run = newRun({
  tenantId: 'acme',
  runId: '2026-11-21T10-05-00Z-abcd',
  trigger: 'api',
  startedAt: NOW * 1000,
});

const lastPut = () => dynamo.commandCalls(PutCommand).at(-1)?.args[0].input;

beforeEach(() => {
  dynamo.reset();
});

describe('runs', () => {
  it('begin once: a repeat does not change the first', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejects(taken);
    await store.begin(run);
    expect(lastPut()).toMatchObject({
      Item: { pk: 'T#acme', sk: `RUN#${run.runId}`, status: 'RUNNING', expiresAt: NOW + 90 * 86_400 },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await expect(store.begin(run)).resolves.toBeUndefined();
  });

  it('are returned as they were closed', async () => {
    dynamo.on(PutCommand).resolves({});
    const failures = [failureOf('t', 'm', 'why'), failureOf('t', undefined, 'why')];
    const done = { ...run, status: 'PARTIAL', finishedAt: NOW, failures, error: 'one lost' } as const;
    await store.finish(done);
    dynamo.on(GetCommand).resolves({ Item: lastPut()?.Item ?? {} });
    expect(await store.get('acme', run.runId)).toEqual(done);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input).toMatchObject({
      Key: { pk: 'T#acme', sk: `RUN#${run.runId}` },
      ConsistentRead: true,
    });
  });

  it('that were never requested are not found', async () => {
    dynamo.on(GetCommand).resolves({});
    expect(await store.get('acme', run.runId)).toBeUndefined();
  });

  it('are listed newest first, with a cursor only if there are more', async () => {
    const runs = ['c', 'b', 'a'].map((id) => ({ ...run, runId: `2026-11-21T10-05-00Z-${id}000` }));
    const items = runs.map((each) => ({ ...each, schemaVersion: 1, pk: 'T#acme', sk: `RUN#${each.runId}` }));
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: items })
      .resolves({ Items: items.slice(2) });
    const first = await store.list('acme', { limit: 2 });
    expect(first.items).toEqual(runs.slice(0, 2));
    const second = await store.list('acme', { limit: 2, cursor: first.nextCursor });
    expect(second).toEqual({ items: runs.slice(2), nextCursor: undefined });
    const [, input] = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(input).toMatchObject({
      ScanIndexForward: false,
      Limit: 3,
      ExclusiveStartKey: { pk: 'T#acme', sk: 'RUN#2026-11-21T10-05-00Z-b000' },
    });
  });

  it('are retriable when the table is throttled', async () => {
    dynamo.onAnyCommand().rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
    await expect(store.begin(run)).rejects.toThrow(DependencyUnavailableError);
    await expect(store.get('acme', run.runId)).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('idempotency keys', () => {
  const claim = () => store.claim('acme', 'key:deploy', run.runId, NOW + 60);

  it('identify the first run that claims them, until they expire', async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await claim()).toBe(run.runId);
    expect(lastPut()).toMatchObject({
      Item: { pk: 'T#acme', sk: 'RUNKEY#key:deploy', runId: run.runId, expiresAt: NOW + 60 },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': NOW },
    });
  });

  it('return the earlier run to a later claim', async () => {
    dynamo
      .on(PutCommand)
      .rejects(taken)
      .on(GetCommand)
      .resolves({ Item: { schemaVersion: 1, runId: 'earlier', expiresAt: NOW + 9 } });
    expect(await claim()).toBe('earlier');
  });

  it('name the run of a claim that has not expired', async () => {
    const found = async (item: object | undefined) => {
      dynamo.on(GetCommand).resolves(item === undefined ? {} : { Item: { schemaVersion: 1, ...item } });
      return store.claimed('acme', 'key:deploy');
    };
    expect(await found(undefined)).toBeUndefined();
    expect(await found({ runId: 'earlier', expiresAt: NOW + 9 })).toBe('earlier');
    expect(await found({ runId: 'earlier', expiresAt: NOW })).toBeUndefined();
  });

  it('report a claim that vanished between the two calls', async () => {
    dynamo.on(PutCommand).rejects(taken).on(GetCommand).resolves({});
    await expect(claim()).rejects.toThrow(ConflictError);
  });
});
