/**
 * Faults of the deployed pipeline: lost objects, unreadable items, killed functions, repeated deliveries. Each accepted
 * point is stored once or parked with its reason, and neighbours in the same batch are stored.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeDocumentClient } from '../../adapters/aws/clients.ts';
import { blockKey, targetItemKey } from '../../adapters/metrics/item-keys.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { QUARANTINE_PREFIX, quarantineKey } from '../../core/metrics/object-keys.ts';
import { hourOf } from '../../core/shared/time.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newTenant, stored, useSession } from './pipeline-client.ts';
import {
  counted,
  deliver,
  functionNamed,
  killWorker,
  queueNamed,
  redeliverAfter,
} from './pipeline-faults.ts';
import { writtenRecord } from './virtual-time/stream-records.ts';

const session = inject('session');
const [VICTIM, NEIGHBOUR] = ['e2e-faults', 'e2e-faults-neighbour'];
const NORMAL_REDELIVERY_SECONDS = 360;
const startedAt = Date.now();
const hour = hourOf(startedAt / 1000) - 2;

let [victim, neighbour]: [ApiClient, ApiClient] = [] as never;
let [store, queue, bucket] = ['', '', ''];
let s3: S3Client;

beforeAll(async () => {
  useSession(session);
  [victim, neighbour] = [await newTenant(session, VICTIM), await newTenant(session, NEIGHBOUR)];
  store = await functionNamed('StoreMetrics');
  queue = await queueNamed(/-IngestQueue(?!Dead)/);
  bucket = requireOutput(session.outputs, 'RawBucketName');
  s3 = new S3Client({ forcePathStyle: true });
  await drained();
  await redeliverAfter(queue, 2);
});
afterAll(async () => {
  await redeliverAfter(queue, NORMAL_REDELIVERY_SECONDS);
  await deliver(store, true);
});

/** One point of each target. */
const send = async (client: ApiClient, targets: readonly string[]): Promise<void> => {
  const points = targets.map((target) => ({ target, metric: 'cpu', timestamp: hour * 3_600 + 60, value: 7 }));
  const answer = await client.ingest({ format: 'json', body: JSON.stringify({ points }) });
  expect(answer.accepted).toBe(points.length);
};

/** As much as one request may hold: all of them together take seconds. */
const MANY = { hours: 400, points: 250 };
const PAYLOADS = ['a', 'b', 'c', 'd', 'e'];
/** Milliseconds after the start of a worker: while it starts, while it reads, while it stores. */
const KILLS = [300, 900, 1_200, 1_500];

const sendMany = async (client: ApiClient, target: string): Promise<void> => {
  const rows = Array.from({ length: MANY.hours }, (_, i) =>
    Array.from({ length: MANY.points }, (_, j) => `${(hour - i) * 3_600 + j},${target},cpu,${j}`).join('\n'),
  );
  const body = `timestamp,target,metric,value\n${rows.join('\n')}\n`;
  const { accepted } = await client.ingest({ format: 'csv', body });
  expect(accepted).toBe(MANY.hours * MANY.points);
};

/** Invocations that ended because their worker did. */
const deaths = (): number =>
  readFileSync('.local/e2e/emulator.log', 'utf8').split('Worker process died').length - 1;

const keysUnder = async (Prefix: string): Promise<string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  return Contents.map(({ Key = '' }) => Key);
};

const pointsOf = async (tenant: string): Promise<number> => (await stored(session, tenant)).points;

const waiting = async (QueueUrl: string): Promise<number> => {
  const { Attributes } = await new SQSClient().send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
};

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200)) if (await holds()) return;
  throw new Error(`30 s are over: ${what}`);
};

describe('a payload that is lost before it is stored', () => {
  it('is parked with its reason and counted; its neighbours are stored', async () => {
    await deliver(store, false);
    await send(victim, ['lost-1']);
    const [lost = '', ...more] = await keysUnder(`raw/tenant=${VICTIM}/`);
    expect(more).toEqual([]);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: lost }));
    await send(victim, ['kept-1']);
    await send(neighbour, ['kept-1']);
    await deliver(store, true);
    await drained();
    expect(await stored(session, VICTIM)).toMatchObject({ targets: 1, points: 1 });
    expect(await pointsOf(NEIGHBOUR)).toBe(1);
    const Key = `${quarantineKey(VICTIM, lost)}.reason.json`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await Body?.transformToString()).toContain('does not exist');
    expect(await counted(store, 'DataQuarantined', startedAt)).toBeGreaterThanOrEqual(1);
  });
});

describe('an item that cannot be read', () => {
  const dynamo = () => makeDocumentClient();

  it.each([
    ['block', 'BlocksTableName', blockKey(VICTIM, 'unreadable-block', hour), 'unreadable-block'],
    ['target', 'TargetsTableName', targetItemKey(VICTIM, 'unreadable-target'), 'unreadable-target'],
  ])('%s delays the points of its target alone, until it is mended', async (_, table, key, target) => {
    const TableName = requireOutput(session.outputs, table);
    const before = { victim: await pointsOf(VICTIM), neighbour: await pointsOf(NEIGHBOUR) };
    await deliver(store, false);
    await dynamo().send(
      new PutCommand({ TableName, Item: { ...key, data: 'damaged', v: 1, schemaVersion: 'none' } }),
    );
    await send(victim, [target]);
    await send(victim, [`beside-${target}`]);
    await send(neighbour, [`beside-${target}`]);
    await deliver(store, true);
    await until('the neighbours are stored', async () => (await pointsOf(NEIGHBOUR)) > before.neighbour);
    await until('the target beside it is stored', async () => {
      const beside = { ...targetItemKey(VICTIM, `beside-${target}`) };
      const TargetsTable = requireOutput(session.outputs, 'TargetsTableName');
      const { Item } = await dynamo().send(new GetCommand({ TableName: TargetsTable, Key: beside }));
      return Item !== undefined;
    });
    await dynamo().send(new DeleteCommand({ TableName, Key: { ...key } }));
    await drained();
    expect(await pointsOf(VICTIM)).toBe(before.victim + 2);
  });
});

describe('a function that is killed while it stores', () => {
  it('stores each point once when it runs again', async () => {
    const [tenant, other] = ['e2e-faults-kill', 'e2e-faults-kill-beside'];
    const [killed, beside] = [await newTenant(session, tenant), await newTenant(session, other)];
    const before = deaths();
    await deliver(store, false);
    await killWorker(store, 0);
    for (const target of PAYLOADS) await sendMany(killed, target);
    await send(beside, ['web-1']);
    await deliver(store, true);
    for (const afterMs of KILLS) await killWorker(store, afterMs);
    await until('functions were killed', async () => deaths() > before + 1);
    await drained();
    const points = PAYLOADS.length * MANY.hours * MANY.points;
    expect(await stored(session, tenant)).toEqual({
      targets: PAYLOADS.length,
      series: PAYLOADS.length,
      points,
    });
    expect(await pointsOf(other)).toBe(1);
    expect(await keysUnder(`${QUARANTINE_PREFIX}/tenant=${tenant}/`)).toEqual([]);
  });
});

describe('a message that is delivered again', () => {
  it('changes nothing; an unreadable one among the copies is parked', async () => {
    const tenantId = 'e2e-faults-again';
    const again = await newTenant(session, tenantId);
    const sqs = new SQSClient();
    await deliver(store, false);
    await send(again, ['web-1', 'web-2']);
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue, VisibilityTimeout: 0 }),
    );
    const copies = [message?.Body, 'faults: not JSON', message?.Body, message?.Body];
    for (const MessageBody of copies)
      await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
    const before = await counted(store, 'DataQuarantined', startedAt);
    await deliver(store, true);
    await drained();
    expect(await stored(session, tenantId)).toEqual({ targets: 2, series: 2, points: 2 });
    expect(await counted(store, 'DataQuarantined', startedAt)).toBe(before + 1);
  });

  it('of the stream changes nothing; an unreadable record among the copies is parked', async () => {
    const detect = await functionNamed('DetectAnomalies');
    const parked = await queueNamed(/-AnomaliesDeadLetters/);
    const TableName = requireOutput(session.outputs, 'BlocksTableName');
    const Key = { ...blockKey('e2e-faults-again', 'web-1', hour) };
    const { Item = {} } = await makeDocumentClient().send(new GetCommand({ TableName, Key }));
    const good = writtenRecord(Item, startedAt / 1000);
    const poison = writtenRecord({ ...Item, data: 'damaged' }, startedAt / 1000);
    const before = await waiting(parked);
    const { Payload, FunctionError } = await new LambdaClient().send(
      new InvokeCommand({
        FunctionName: detect,
        Payload: Buffer.from(JSON.stringify({ Records: [good, poison, good] })),
      }),
    );
    expect(FunctionError).toBeUndefined();
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual({ batchItemFailures: [] });
    expect(await waiting(parked)).toBe(before + 1);
  });
});
