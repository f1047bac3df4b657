import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import type { ChangeRecord } from '../../../core/changes/change.ts';
import { announceProposal, proposalFor } from '../../../core/changes/deployments/propose-rollback.ts';
import { DEFAULT_WATCH_POLICY } from '../../../core/changes/watch-policy.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const NOW = 1_795_255_500;
const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const table = {
  client,
  tableName: 'registry',
  now: () => NOW * 1000,
  telemetry: recordedTelemetry().telemetry,
};
const store = dynamoDeploymentStore(table);

const check = {
  ...{
    minutes: 5,
    until: NOW + 300,
    checkedAt: NOW + 301,
    health: 12.5,
    confidence: 0.7,
    judged: 3,
    sent: 3,
  },
  parts: [{ weight: 0.9, harm: 1, text: 'latency_ms of web-1: 400, expected 120' }],
};
const open: ChangeRecord = {
  ...{
    tenantId: 'acme',
    changeId: 'deploy-41',
    targetId: 'web-1',
    at: NOW,
    summary: 'v41',
    kind: 'deployment',
  },
  ...{ version: '41', previousVersion: '40', recordedAt: NOW, policy: DEFAULT_WATCH_POLICY, checks: [check] },
  health: 'watching',
};
const closed: ChangeRecord = {
  ...open,
  ...{ health: 'unhealthy', closedAt: NOW + 900, proposal: proposalFor(open, NOW + 900) },
};
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'no',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const items = () =>
  dynamo
    .commandCalls(TransactWriteCommand)
    .at(-1)!
    .args[0].input.TransactItems!.map(({ Put }) => Put!);

beforeEach(() => {
  dynamo.reset();
});

describe('a change', () => {
  it('is stored once, completely by id and briefly by time', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    expect(await store.create(open)).toEqual({
      stored: { record: open, pending: [], revision: 1 },
      isNew: true,
    });
    const [whole, short] = items();
    expect(whole).toMatchObject({
      Item: { pk: 'T#acme', sk: 'CHANGEID#deploy-41', v: 1, expiresAt: NOW + 90 * 86_400 },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    expect(short?.Item).toEqual({
      ...{
        pk: 'T#acme',
        sk: 'CHANGE#2026-11-21T10:05:00Z#deploy-41',
        schemaVersion: 2,
        signalId: 'deploy-41',
        targetId: 'web-1',
      },
      ...{
        at: NOW,
        summary: 'v41',
        kind: 'deployment',
        version: '41',
        previousVersion: '40',
        health: 'watching',
      },
      ...{ score: 12.5, watchUntil: NOW + 3660, expiresAt: NOW + 90 * 86_400 },
    });
    expect(short?.ConditionExpression).toBeUndefined();
  });

  it('that exists already is returned', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await store.update({ record: closed, pending: announceProposal(closed) }, 3);
    const Item = items()[0]!.Item!;
    dynamo.on(TransactWriteCommand).rejects(cancelled('ConditionalCheckFailed', 'None'));
    dynamo.on(GetCommand).resolvesOnce({ Item }).resolvesOnce({ Item }).resolves({});
    const known = { record: closed, pending: announceProposal(closed), revision: 4 };
    expect(await store.create(open)).toEqual({ stored: known, isNew: false });
    expect(await store.get('acme', 'deploy-41')).toEqual(known);
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input).toMatchObject({
      Key: { pk: 'T#acme', sk: 'CHANGEID#deploy-41' },
      ConsistentRead: true,
    });
    expect(await store.get('acme', 'unknown')).toBeUndefined();
    await expect(store.create(open)).rejects.toThrow(DependencyUnavailableError);
  });

  it('is replaced at its revision only, with its outcome', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    const lesson = { features: { replaced: 2 }, wasUnhealthy: true };
    expect(await store.update({ record: closed, pending: [] }, 1, lesson)).toMatchObject({ revision: 2 });
    const [whole, , outcome] = items();
    expect(whole).toMatchObject({ ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': 1 } });
    expect(outcome?.Item).toMatchObject({ sk: 'OUTCOME#2026-11-21T10:05:00Z#deploy-41', ...lesson });
    dynamo.reset();
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled('ConditionalCheckFailed'))
      .rejectsOnce(cancelled('TransactionConflict'))
      .rejectsOnce(new ConditionalCheckFailedException({ $metadata: {}, message: 'no' }))
      .rejectsOnce(cancelled('ThrottlingError'))
      .rejects(new Error('broken'));
    const update = () => store.update({ record: closed, pending: [] }, 1);
    expect([await update(), await update(), await update()]).toEqual([undefined, undefined, undefined]);
    await expect(update()).rejects.toThrow(DependencyUnavailableError);
    await expect(update()).rejects.toThrow('broken');
  });
});

describe('lists', () => {
  const listed = async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await store.create(closed);
    return items()[1]!.Item!;
  };
  const summary = {
    ...{
      tenantId: 'acme',
      changeId: 'deploy-41',
      targetId: 'web-1',
      at: NOW,
      summary: 'v41',
      kind: 'deployment',
    },
    ...{ version: '41', previousVersion: '40', health: 'unhealthy', score: 12.5, watchUntil: NOW + 3660 },
  };
  const old = { signalId: 'c', targetId: 'w', at: NOW - 9, summary: 'before there were kinds' };
  const oldItem = { schemaVersion: 1, ...old };

  it('are newest first, with a cursor for their own tenant', async () => {
    const LastEvaluatedKey = { pk: 'T#acme', sk: 'CHANGE#2026-11-21T10:05:00Z#deploy-41' };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [await listed()], LastEvaluatedKey })
      .resolves({ Items: [oldItem] });
    const { items: first, nextCursor } = await store.list('acme', { limit: 1 });
    expect(first).toEqual([summary]);
    const rest = await store.list('acme', { limit: 1, cursor: nextCursor });
    expect(rest).toMatchObject({ items: [{ changeId: 'c', kind: 'other', health: 'not-watched' }] });
    expect(rest.nextCursor).toBeUndefined();
    expect(dynamo.commandCalls(QueryCommand)[1]?.args[0].input).toMatchObject({
      ...{ ScanIndexForward: false, ExclusiveStartKey: LastEvaluatedKey, Limit: 2 },
      ExpressionAttributeValues: { ':pk': 'T#acme', ':sk': 'CHANGE#', ':now': NOW },
    });
    await expect(store.list('other', { limit: 1, cursor: nextCursor })).rejects.toThrow('cursor');
  });

  it('of a time span contain all kinds, newest first', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [await listed(), oldItem] });
    const found = await store.during('acme', NOW - 60, NOW);
    expect(found.map(({ changeId }) => changeId)).toEqual(['deploy-41', 'c']);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ScanIndexForward: false,
      ExpressionAttributeValues: {
        ':from': 'CHANGE#2026-11-21T10:04:00Z',
        ':to': 'CHANGE#2026-11-21T10:05:00Z$',
      },
    });
  });

  it('of outcomes', async () => {
    dynamo.on(QueryCommand).resolves({
      Items: [{ pk: 'T#acme', schemaVersion: 1, features: { replaced: 1 }, wasUnhealthy: false }],
    });
    expect(await store.outcomes('acme', 7)).toEqual([{ features: { replaced: 1 }, wasUnhealthy: false }]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ...{ Limit: 7, ScanIndexForward: false, FilterExpression: 'expiresAt > :now' },
      ExpressionAttributeValues: { ':sk': 'OUTCOME#' },
    });
  });

  it('for incidents are oldest first, and include the health afterwards', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [await listed(), oldItem] });
    const found = await dynamoChangeStore(table).between('acme', NOW - 60, NOW);
    expect(found).toEqual([
      { ...old, kind: 'change', tenantId: 'acme', causeKeys: [] },
      {
        ...{
          kind: 'change',
          tenantId: 'acme',
          signalId: 'deploy-41',
          targetId: 'web-1',
          at: NOW,
          causeKeys: [],
        },
        summary: 'v41 (unhealthy since)',
      },
    ]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ExpressionAttributeValues).toMatchObject({
      ':from': 'CHANGE#2026-11-21T10:04:00Z',
      ':to': 'CHANGE#2026-11-21T10:05:00Z$',
    });
  });
});
