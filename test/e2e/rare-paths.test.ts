import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { IngestPointer } from '../../core/metrics/ingestion/ingest-pointer.ts';
import { quarantineKey, rawKey } from '../../core/metrics/object-keys.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newKey, useSession } from './pipeline-client.ts';

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
