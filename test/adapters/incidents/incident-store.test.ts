import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoCauseStore } from '../../../adapters/incidents/cause-store.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import type { CausesReport } from '../../../core/incidents/causes-report.ts';
import type { IncidentsEvent } from '../../../core/incidents/events.ts';
import { groupSignal } from '../../../core/incidents/grouping/group-signal.ts';
import { INCIDENT_POLICY } from '../../../core/incidents/incident-policy.ts';
import type { IncidentWrite } from '../../../core/incidents/ports.ts';
import { ConflictError, DependencyUnavailableError, TooLargeError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { anomaly, NOW } from '../../unit/incidents/explaining/samples.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const table = {
  client,
  tableName: 'registry',
  now: () => NOW * 1000,
  telemetry: recordedTelemetry().telemetry,
};
const store = dynamoIncidentStore(table);

const context = {
  ...{ now: NOW, policy: INCIDENT_POLICY, isNear: () => false, recentChanges: [] },
  ...{ coincidenceTargets: 5, earlyEnds: new Map(), maxAbsorbed: 90 },
};
const incident = groupSignal([], anomaly('web-1'), context).incident!;
const pending: readonly IncidentsEvent[] = [
  {
    name: 'IncidentOpened',
    source: 'forestall.incidents',
    detail: {
      ...{ id: 'e', tenantId: 'acme', occurredAt: new Date(NOW * 1000).toISOString() },
      ...{ incidentId: incident.incidentId, status: incident.status, severity: incident.severity },
      ...{
        startedAt: new Date(NOW * 1000).toISOString(),
        targets: ['web-1'],
        targetCount: 1,
        signalCount: 1,
      },
    },
  },
];
const stored = { incident, version: 3, pending };
const step = (over: Partial<IncidentWrite> = {}): IncidentWrite => ({
  ...{
    tenantId: 'acme',
    expectedVersion: 4,
    changed: [stored],
    absorbed: new Map([['old', incident.incidentId]]),
  },
  ...{ active: [incident.incidentId], quietCheckAt: NOW + 900, earlyEnds: new Map([['k', NOW]]) },
  ...over,
});
const lastTransaction = () => dynamo.commandCalls(TransactWriteCommand).at(-1)!.args[0].input.TransactItems!;
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'no',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });

beforeEach(() => {
  dynamo.reset();
});

describe('a step', () => {
  it('is one transaction: the list of open incidents on its version, incidents, and links of absorbed ones', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    expect(await store.write(step())).toBe(true);
    const [book, own, gone] = lastTransaction();
    expect(book?.Put).toMatchObject({
      Item: { pk: 'T#acme', sk: 'INCIDENTS', v: 5, active: [incident.incidentId], quietCheckAt: NOW + 900 },
      ConditionExpression: 'v = :v',
      ExpressionAttributeValues: { ':v': 4 },
    });
    expect(own?.Put?.Item).toMatchObject({ sk: `INCIDENT#${incident.incidentId}`, v: 3, status: 'open' });
    expect(gone?.Put?.Item).toMatchObject({ sk: 'INCIDENT#old', mergedInto: incident.incidentId });
    await store.write(step({ expectedVersion: 0 }));
    expect(lastTransaction()[0]?.Put?.ConditionExpression).toBe('attribute_not_exists(pk)');
  });

  it('loses to another writer, and distinguishes other failures', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled('ConditionalCheckFailed', 'None'))
      .rejectsOnce(cancelled('TransactionConflict'))
      .rejectsOnce(cancelled('ThrottlingError'));
    expect([await store.write(step()), await store.write(step())]).toEqual([false, false]);
    await expect(store.write(step())).rejects.toThrow(DependencyUnavailableError);
  });
});

describe('reading', () => {
  const written = async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await store.write(step());
    return lastTransaction().map(({ Put }) => Put?.Item ?? {});
  };

  it('returns open incidents as written', async () => {
    const [book, item] = await written();
    dynamo.on(GetCommand).resolves({ Item: book ?? {} });
    dynamo.on(BatchGetCommand).resolves({ Responses: { registry: [item ?? {}] } });
    const earlyEnds = new Map([['k', NOW]]);
    expect(await store.readOpen('acme')).toEqual({
      ...{ version: 5, incidents: [stored], quietCheckAt: NOW + 900, earlyEnds },
    });
    expect(dynamo.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
    dynamo.on(GetCommand).resolves({});
    const none = { version: 0, incidents: [], quietCheckAt: undefined, earlyEnds: new Map() };
    expect(await store.readOpen('acme')).toEqual(none);
  });

  it('follows absorbed incidents, and stops if there is none', async () => {
    const [, item, gone] = await written();
    dynamo
      .on(GetCommand)
      .resolvesOnce({ Item: gone ?? {} })
      .resolvesOnce({ Item: item ?? {} })
      .resolves({});
    expect(await store.get('acme', 'old')).toEqual(stored);
    expect(await store.get('acme', 'unknown')).toBeUndefined();
    dynamo.on(GetCommand).resolves({ Item: { schemaVersion: 1, mergedInto: 'itself' } });
    expect(await store.get('acme', 'itself')).toBeUndefined();
  });

  it('lists newest first with a cursor for its own tenant', async () => {
    const [, item] = await written();
    const LastEvaluatedKey = { pk: 'T#acme', sk: `INCIDENT#${incident.incidentId}` };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item ?? {}], LastEvaluatedKey })
      .resolves({ Items: [] });
    const { items, nextCursor } = await store.list('acme', { limit: 1 });
    expect(items).toEqual([incident]);
    expect(await store.list('acme', { limit: 1, cursor: nextCursor })).toEqual({
      items: [],
      nextCursor: undefined,
    });
    expect(dynamo.commandCalls(QueryCommand)[1]?.args[0].input).toMatchObject({
      ScanIndexForward: false,
      ExclusiveStartKey: LastEvaluatedKey,
    });
    await expect(store.list('other', { limit: 1, cursor: nextCursor })).rejects.toThrow('cursor');
  });

  it('keeps 3,000 members and 2,000 seen signals far below the 400 KB of an item', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    const [member] = Object.values(incident.members);
    const key = (i: number) =>
      JSON.stringify(['acme', `host-${i}.eu-west-1.example`, 'anomaly', `metric_${i % 7}`]);
    const members = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [
        key(i),
        { ...member!, key: key(i), targetId: `host-${i}`, lastAt: NOW + i, confidence: Math.sin(i) ** 2 },
      ]),
    );
    const seen = Array.from(
      { length: 2000 },
      (_, i) => `anomaly-${(i * 2654435761).toString(16).padStart(14, '0')}`,
    );
    await store.write(step({ changed: [{ ...stored, incident: { ...incident, members, seen } }] }));
    expect(lastTransaction()[1]?.Put?.Item?.data.length).toBeLessThan(250_000);
  });
});

it('published events are cleared only for the version that was published', async () => {
  dynamo.on(UpdateCommand).resolvesOnce({}).rejectsOnce(lost).rejects(new Error('broken'));
  await store.clearPending('acme', [stored]);
  expect(dynamo.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
    UpdateExpression: 'REMOVE pending',
    ConditionExpression: 'v = :v',
    ExpressionAttributeValues: { ':v': 3 },
  });
  await expect(store.clearPending('acme', [stored])).resolves.toBeUndefined();
  await expect(store.clearPending('acme', [stored])).rejects.toThrow('broken');
});

describe('the dependency graph', () => {
  const graphs = dynamoGraphStore(table);
  const graph = { version: 0, declared: [{ caller: 'a', callee: 'b' }], observed: [], updatedAt: NOW };

  it('is returned as stored, and is empty before', async () => {
    dynamo.on(PutCommand).resolves({});
    await graphs.put('acme', graph);
    const { Item, ConditionExpression } = dynamo.commandCalls(PutCommand)[0]!.args[0].input;
    expect(ConditionExpression).toBe('attribute_not_exists(pk)');
    dynamo
      .on(GetCommand)
      .resolvesOnce({ Item: Item ?? {} })
      .resolves({});
    expect(await graphs.get('acme')).toEqual({ ...graph, version: 1 });
    expect(await graphs.get('acme')).toEqual({ version: 0, declared: [], observed: [], updatedAt: 0 });
  });

  it('is refused, and not stored, once it has too many calls', async () => {
    dynamo.on(PutCommand).resolves({});
    const declared = Array.from({ length: 10_001 }, (_, i) => ({ caller: `a${i}`, callee: 'b' }));
    await expect(graphs.put('acme', { ...graph, declared })).rejects.toThrow(TooLargeError);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(0);
    await graphs.put('acme', { ...graph, declared: declared.slice(1) });
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(1);
  });

  it('is not overwritten by a writer that read an older version', async () => {
    dynamo.on(PutCommand).rejectsOnce(lost).rejects(new Error('broken'));
    await expect(graphs.put('acme', { ...graph, version: 2 })).rejects.toThrow(ConflictError);
    await expect(graphs.put('acme', graph)).rejects.toThrow('broken');
  });
});

describe('causes', () => {
  const causes = dynamoCauseStore(table);
  const report: CausesReport = {
    ...{ incidentId: 'i', incidentVersion: 2, diagnosedAt: NOW, target: 'web', metric: 'latency' },
    window: { from: NOW - 60, to: NOW, stepSeconds: 60 },
    ...{ graphVersion: undefined, method: 'excess-blame', limits: ['no request counts'], similar: [] },
    causes: [{ node: 'db', score: 2, confidence: 0.8, evidence: ['it rose first'], recommendation: 'look' }],
    gate: { isConvincing: true, deviations: null, rise: Number.NaN, message: 'latency rose' },
    signature: { db: 1 },
  };

  it('are returned as stored; an older version never wins', async () => {
    dynamo.on(PutCommand).resolvesOnce({}).rejectsOnce(lost).rejects(new Error('broken'));
    await causes.put('acme', report, NOW);
    const { Item, ExpressionAttributeValues } = dynamo.commandCalls(PutCommand)[0]!.args[0].input;
    expect(ExpressionAttributeValues).toEqual({ ':version': 2 });
    dynamo
      .on(GetCommand)
      .resolvesOnce({ Item: Item ?? {} })
      .resolves({});
    expect(await causes.get('acme', 'i')).toEqual(report);
    expect(await causes.get('acme', 'none')).toBeUndefined();
    await expect(causes.put('acme', report, NOW)).resolves.toBeUndefined();
    await expect(causes.put('acme', report, NOW)).rejects.toThrow('broken');
  });

  it('of closed incidents are remembered, and listed while they last', async () => {
    const past = { incidentId: 'i', metric: 'latency', signature: { db: 1 }, cause: 'db' } as const;
    dynamo.on(PutCommand).resolves({});
    await causes.remember('acme', past, NOW);
    const { Item } = dynamo.commandCalls(PutCommand)[0]!.args[0].input;
    dynamo.on(QueryCommand).resolves({ Items: [Item ?? {}] });
    expect(await causes.past('acme', 5)).toEqual([past]);
    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.FilterExpression).toBe('expiresAt > :now');
  });
});

it('signals and quiet checks are sent in the forms that are read', async () => {
  const sqs = mockClient(SQSClient);
  sqs.on(SendMessageCommand).resolves({});
  const sender = sqsSignalSender(new SQSClient({ region: 'us-east-1' }), 'https://queue');
  await sender.requestQuietCheck('acme', 900);
  expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl: 'https://queue',
    MessageBody: '{"quietCheck":"acme"}',
    DelaySeconds: 900,
  });
});
