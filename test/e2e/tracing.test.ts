/** One id from the request to the cause of an incident, and from the request to the end of a forecast run. */
import { randomBytes } from 'node:crypto';
import { GetQueueUrlCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { drained, finishedRun, newKey, useSession } from './pipeline-client.ts';
import { linesOfTrace } from './trace-logs.ts';
import { functionOf, type Segment, segmentsOf, wayTo } from './trace-segments.ts';

const session = inject('session');
const TENANT = 'e2e-tracing';
const STEP = 300;
const DAY = 86_400;
const SENDER = '1111111111111111';
const POLL = { timeout: 180_000, interval: 1000 };

const newRoot = (): string =>
  `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;

const startedAt = Date.now();
const spikeAt = Math.floor(startedAt / 1000) - 45 * 60;
let apiKey: string;
let client: ApiClient;

beforeAll(async () => {
  useSession(session);
  apiKey = await newKey(session, TENANT);
  client = new ApiClient({ url: session.url, apiKey });
});

const post = async (path: string, root: string, body?: object): Promise<unknown> => {
  const response = await fetch(`${session.url}${path}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      'x-amzn-trace-id': `Root=${root};Parent=${SENDER};Sampled=1`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(202);
  return response.json();
};

/** A reproducible daily pattern with a little noise. */
const usual = (at: number, i: number): number => {
  const noise = Math.sin(i * 12.9898) * 43_758.5453;
  return 50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 3 * (noise - Math.floor(noise));
};

const points = (at: readonly number[], values: readonly number[]) => ({
  series: [{ target: 'traced', metric: 'cpu_percent', timestamps: at, values }],
});

const learn = async (): Promise<void> => {
  const times = Array.from({ length: (14 * DAY) / STEP }, (_, i) => spikeAt - (14 * DAY - i * STEP));
  await post('/v1/ingest/json', newRoot(), points(times, times.map(usual)));
  await drained();
  const pointsLearned = async () =>
    (await client.baseline('traced', 'cpu_percent').catch(() => undefined))?.points;
  await expect.poll(pointsLearned, POLL).toBeGreaterThan(4000);
};

const functionsLogging = async (root: string): Promise<string[]> => {
  const lines = await linesOfTrace(root, startedAt);
  return [...new Set(lines.map(({ service }) => service))].sort();
};

const last = (segments: readonly Segment[], name: string): Segment =>
  segments.find((segment) => functionOf(segment) === name)!;

describe('a request that leads to an incident', () => {
  const root = newRoot();
  const WAY = ['receive-metrics', 'store-metrics', 'detect-anomalies', 'group-signals', 'diagnose-incident'];

  it('is found by one id in the log of every function on its way', async () => {
    await learn();
    await post('/v1/ingest/json', root, points([spikeAt], [400]));
    await expect.poll(() => functionsLogging(root), POLL).toEqual(WAY.toSorted());
  });

  it('is one tree of segments in X-Ray', async () => {
    await expect.poll(() => segmentsOf(root).map(functionOf), POLL).toContain('diagnose-incident');
    const segments = segmentsOf(root);
    expect(wayTo(segments, last(segments, 'diagnose-incident'))).toEqual(WAY);
    const ids = new Set(segments.map(({ id }) => id));
    const roots = segments.filter(({ parent_id }) => !ids.has(parent_id ?? ''));
    expect(roots.map((segment) => [functionOf(segment), segment.parent_id])).toEqual([
      ['receive-metrics', SENDER],
    ]);
    expect(segments.filter(({ fault }) => fault)).toEqual([]);
    for (const { start_time, end_time } of segments) expect(end_time).toBeGreaterThanOrEqual(start_time);
  });

  it('can be found by its tenant, its operation and its incident', () => {
    const segments = segmentsOf(root);
    const received = last(segments, 'receive-metrics').annotations;
    expect(received).toMatchObject({ tenant: TENANT, operation: 'ingest-json' });
    const diagnosed = last(segments, 'diagnose-incident').annotations;
    expect(diagnosed).toMatchObject({ tenant: TENANT, incident: expect.any(String) });
    expect(JSON.stringify(segments)).not.toContain(apiKey);
  });

  it.each(WAY.slice(0, -1))('a planted break after %s cuts the tree', (name) => {
    const segments = segmentsOf(root);
    const broken = segments.map((segment) =>
      functionOf(segment) === name ? { ...segment, id: '0000000000000000' } : segment,
    );
    expect(wayTo(broken, last(broken, 'diagnose-incident'))).not.toEqual(WAY);
  });
});

describe('a requested forecast run', () => {
  const root = newRoot();
  const STEPS = ['close-forecast-run', 'forecast-batch', 'plan-forecast-run', 'start-forecast-run'];

  /** A request while the scheduled run is at work is answered with that run, which has a trace of its own. */
  const ownRun = async (trace: string): Promise<string> => {
    for (;;) {
      const askedAt = Date.now();
      const { id } = (await post('/v1/forecast-runs', trace)) as { id: string };
      const { startedAt } = await finishedRun(client, id);
      if (Date.parse(startedAt) >= askedAt - 1000) return id;
    }
  };

  it('is found by one id in the log of every step of its workflow, and in X-Ray', async () => {
    const id = await ownRun(root);
    await expect.poll(() => functionsLogging(root), POLL).toEqual(expect.arrayContaining(STEPS));
    await expect.poll(() => segmentsOf(root).map(functionOf), POLL).toEqual(expect.arrayContaining(STEPS));
    for (const name of STEPS)
      expect(last(segmentsOf(root), name).annotations).toMatchObject({ tenant: TENANT, run: id });
  });
});

describe('a message that cannot be processed', () => {
  const queueUrl = async (part: string): Promise<string> => {
    const sqs = new SQSClient();
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const name = QueueUrls.map((url) => url.split('/').at(-1) ?? '').find(
      (each) => each.includes(part) && !/dead/i.test(each),
    );
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  };

  it.each([
    ['Ingest', 'store-metrics', 'Payload quarantined'],
    ['Signals', 'group-signals', 'a message that cannot be processed was parked'],
  ])('of queue %s is logged with the trace of its sender', async (queue, service, message) => {
    const root = newRoot();
    const neighbour = newRoot();
    const QueueUrl = await queueUrl(queue);
    for (const each of [neighbour, root])
      await new SQSClient().send(
        new SendMessageCommand({
          ...{ QueueUrl, MessageBody: `poison ${each}` },
          MessageSystemAttributes: {
            AWSTraceHeader: { DataType: 'String', StringValue: `Root=${each};Parent=${SENDER};Sampled=1` },
          },
        }),
      );
    const found = async () =>
      (await linesOfTrace(root, startedAt))
        .filter((line) => line.xray_trace_id === root)
        .map((line) => [line.service, line.message]);
    // A batch whose invocation was throttled or failed comes back after the queue's visibility timeout of six minutes.
    await expect.poll(found, { ...POLL, timeout: 540_000 }).toContainEqual([service, message]);
  });
});
