import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makeDocumentClient } from '../../adapters/aws/clients.ts';
import { dynamoBreachStore } from '../../adapters/forecasts/breach-store.ts';
import type { PredictedBreach } from '../../core/forecasts/target-forecast.ts';
import type { IngestPointer } from '../../core/metrics/ingestion/ingest-pointer.ts';
import { quarantineKey, rawKey } from '../../core/metrics/object-keys.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, finishedRun, newKey, newTenant, useSession } from './pipeline-client.ts';

/** Paths that no other end-to-end test takes, and with them the calls that test/iam would miss. */

const session = inject('session');
const TENANT = 'rare-paths';
const AT = '2026-01-01T00:00:00Z';
let apiKey = '';

beforeAll(async () => {
  useSession(session);
  apiKey = await newKey(session, TENANT);
});

const queueNamed = async (part: RegExp): Promise<string> => {
  const { QueueUrls = [] } = await new SQSClient().send(new ListQueuesCommand({}));
  const [url, ...more] = QueueUrls.filter((each) => part.test(each));
  if (url === undefined || more.length > 0) throw new Error(`expected one queue named like ${part.source}`);
  return url;
};

const tableNamed = async (part: RegExp): Promise<string> => {
  const { TableNames = [] } = await new DynamoDBClient().send(new ListTablesCommand());
  const [name, ...more] = TableNames.filter((each) => part.test(each));
  if (name === undefined || more.length > 0) throw new Error(`expected one table named like ${part.source}`);
  return name;
};

describe('a command with an Idempotency-Key', () => {
  const send = async (method: string, path: string, key: string, body: unknown) => {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    const answer = await fetch(`${session.url}${path}`, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  };

  const settings = { maintenance: [] };
  const change = { target: 'web-1', kind: 'deployment', summary: 'release 2' };

  it.each([
    ['PUT', '/v1/settings', { ...settings, version: 99 }, { ...settings, version: 0 }],
    ['POST', '/v1/changes', { ...change, at: '2090-01-01T00:00:00Z' }, { ...change, at: AT }],
  ])(
    '%s %s is executed again after an error, and once after a response',
    async (method, path, wrong, right) => {
      const key = `rare ${path}`.replaceAll(/\W/g, '-');
      expect((await send(method, path, key, wrong)).status).toBeGreaterThanOrEqual(400);
      const first = await send(method, path, key, right);
      expect(first.status).toBeLessThan(300);
      expect(await send(method, path, key, right)).toEqual(first);
    },
  );

  it('on an incident that does not exist is executed again', async () => {
    const path = `/v1/incidents/${AT.replaceAll(':', '-')}-none/transitions`;
    const transition = () => send('POST', path, 'rare-transition', { to: 'acknowledged' });
    expect((await transition()).status).toBe(404);
    expect((await transition()).status).toBe(404);
  });
});

it('a payload that expired before it was stored is quarantined', async () => {
  const receivedAt = Date.parse(AT);
  const key = rawKey(TENANT, receivedAt, 'expired', 'json');
  const pointer: IngestPointer = {
    tenantId: TENANT,
    requestId: 'expired',
    key,
    format: 'json',
    contentType: 'application/json',
    gzip: false,
    receivedAt,
    query: {},
  };
  const sqs = new SQSClient();
  const QueueUrl = await queueNamed(/-IngestQueue(?!Dead)/);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(pointer) }));
  await drained();
  const Bucket = requireOutput(session.outputs, 'RawBucketName');
  const s3 = new S3Client({ forcePathStyle: true });
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket, Key: `${quarantineKey(TENANT, key)}.reason.json` }),
  );
  expect(await Body?.transformToString()).toContain('does not exist');
});

it('an unreadable message about an incident is parked with its reason', async () => {
  const sqs = new SQSClient();
  const QueueUrl = await queueNamed(/-IncidentsDiagnosesQueue/);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'rare-paths: not JSON' }));
  const parked = await queueNamed(/-IncidentsDeadLettersQueue/);
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: parked,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    );
    const own = Messages.find(({ Body }) => Body === 'rare-paths: not JSON');
    if (own !== undefined) {
      expect(own.MessageAttributes?.Reason?.StringValue).toContain('JSON');
      return;
    }
    await sleep(200);
  }
});

it('a breach of an earlier run that is no longer predicted is removed', async () => {
  const client = await newTenant(session, TENANT);
  const now = Date.now();
  const start = Math.floor(now / 1000 / 300) * 300 - 2 * 86_400;
  const rows = Array.from({ length: 576 }, (_, i) => `${start + 300 * i},calm,cpu_percent,${20 + (i % 3)}`);
  await client.ingest({ format: 'csv', body: `timestamp,target,metric,value\n${rows.join('\n')}\n` });
  await drained();
  const breaches = dynamoBreachStore({
    client: makeDocumentClient(),
    tableName: await tableNamed(/-ForecastsStore/),
    telemetry: { error: () => {}, count: () => {} },
    now: Date.now,
  });
  const run = { tenantId: TENANT, targetId: 'calm', issuedAt: now - 3_600_000 };
  const predicted: PredictedBreach = {
    ...run,
    ...{ metric: 'cpu_percent', profile: 'app', runId: 'before', risk: 12, expectedPeak: 91 },
    threshold: { direction: 'above', limit: 90, source: 'fixed' },
    breach: { probability: 0.2, timeToImpactSeconds: null, expectedShareBeyond: 0.1, severity: 'info' },
    warning: null,
    explanation: null,
  };
  const expiresAt = Math.floor(now / 1000) + 86_400;
  await breaches.change(run, { put: [predicted], remove: [] }, { listedUntil: expiresAt, expiresAt });
  expect([...(await breaches.stored(TENANT, 'calm')).keys()]).toEqual(['cpu_percent']);
  const { id } = await client.startRun('rare-breach');
  expect(await finishedRun(client, id)).toMatchObject({ status: 'SUCCEEDED', forecasts: 1 });
  expect([...(await breaches.stored(TENANT, 'calm')).keys()]).toEqual([]);
});
