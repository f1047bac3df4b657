import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { dynamoTargetRecorder } from '../../../adapters/metrics/target-recorder.ts';
import { ApiClient } from '../../../cli/api-client/api-client.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { chooseSource, confirmStored, readRecording, send } from '../../../local/feed.ts';
import { forecastFleet } from '../../../local/forecast-fleet.ts';
import { streamHostMetrics } from '../../../local/live-host.ts';
import { watchPeakMemory } from '../../../local/peak-memory.ts';
import { waitUntilDrained } from '../../../local/queue-drain.ts';
import type { Session } from '../../../local/session.ts';
import { StageTimes } from '../../../local/stage-times.ts';
import { readStartOptions } from '../../../local/start-options.ts';
import { countStored } from '../../../local/stored-points.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { FakeApi, type Route } from '../cli/fake-api.ts';
import { temporaryFolder } from './fake-program.ts';

const NOW = 1_795_255_500;
const OUTPUTS = { Data: { TargetsTableName: 'targets', BlocksTableName: 'blocks' } };

const sqs = mockClient(SQSClient);
const { table, reset } = memoryDynamo(DynamoDBDocumentClient);
const document = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));

/** Output of a stage. */
const recorded = () => {
  const out = new PassThrough();
  return { stages: new StageTimes(out), text: () => String(out.read() ?? '') };
};
/** A client of an API with these routes. */
const clientOf = async (routes: Readonly<Record<string, Route>>) => {
  const api = new FakeApi(routes);
  const url = await api.start();
  onTestFinished(() => api.stop());
  return { api, client: new ApiClient({ url, apiKey: 'fsk_test' }) };
};
const sessionOf = (client: ApiClient): Session => ({ client, outputs: OUTPUTS }) as unknown as Session;
const queueDepths = (...depths: readonly number[]) => {
  const left = [...depths];
  sqs.on(ListQueuesCommand).resolves({ QueueUrls: ['https://q/ingest'] });
  sqs.on(GetQueueAttributesCommand).callsFake(() => ({
    Attributes: { ApproximateNumberOfMessages: String(left.length > 1 ? left.shift() : left[0]) },
  }));
};

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  sqs.reset();
  reset();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the source of a start', () => {
  const sourceFrom = async (folder: string) => {
    const options = readStartOptions(['--data', folder]);
    return chooseSource(options, await readRecording(options), NOW);
  };

  it('is a simulated fleet that ends now, the same for the same seed', async () => {
    const options = readStartOptions(['--servers', '2', '--days', '1', '--seed', '7']);
    const source = chooseSource(options, undefined, NOW);
    expect(source.title).toBe('2 simulated servers, 1 day at 5 minutes, seed 7');
    const series = [...source.series];
    expect(new Set(series.map(({ targetId }) => targetId)).size).toBe(2);
    expect(Math.max(...series.flatMap(({ timestamps }) => timestamps))).toBeLessThanOrEqual(NOW);
    expect([...chooseSource(options, undefined, NOW).series]).toEqual(series);
  });

  it('is a folder of files, shifted to now, with a note for each that is skipped', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'web-cpu.csv'), 'timestamp,value\n60,1\n360,2\n');
    writeFileSync(join(folder, 'odd.csv'), 'a,b\n');
    const source = await sourceFrom(folder);
    expect(source.title).toBe(`1 recorded series from ${folder}, shifted to end now`);
    expect([...source.series][0]?.timestamps).toEqual([NOW - 540, NOW - 240]);
    expect(source.notes).toEqual([
      expect.stringMatching(/^skipped .*odd\.csv: odd\.csv line 1: found "a,b"/),
    ]);
  });

  it('keeps 34 days of longer records', async () => {
    const folder = temporaryFolder();
    const days = Array.from({ length: 60 }, (_, day) => `${day * 86_400},1`);
    writeFileSync(join(folder, 'long.csv'), ['timestamp,value', ...days].join('\n'));
    const { series } = await sourceFrom(folder);
    const [first = Number.NaN] = [...series][0]?.timestamps ?? [];
    expect(NOW - first).toBeLessThanOrEqual(34 * 86_400);
    expect(NOW - first).toBeGreaterThan(33 * 86_400);
  });

  it('must have a file that can be used', async () => {
    const options = readStartOptions(['--data', temporaryFolder()]);
    await expect(readRecording(options)).rejects.toThrow(InvalidInputError);
  });
});

describe('sending', () => {
  it('counts distinct points, and says what was sent and skipped', async () => {
    const { api, client } = await clientOf({
      'POST /v1/ingest/json': () => ({ status: 202, body: { requestId: 'r', accepted: 3 } }),
    });
    const { stages, text } = recorded();
    const series = [
      {
        targetId: 'web-1',
        metric: 'cpu',
        kind: 'gauge' as const,
        timestamps: [60, 60, 120],
        values: [1, 2, 3],
      },
    ];
    expect(await send(sessionOf(client), { title: 'one series', series, notes: ['skipped x'] }, stages)).toBe(
      2,
    );
    expect(api.seen).toHaveLength(1);
    expect(text()).toMatch(
      /^▸ Ingest one series\n {4}skipped x\n {4}1 request, 2 points accepted for storing\n {2}done in/,
    );
  });

  it('stops at a request that the API rejects, naming the stage', async () => {
    const { client } = await clientOf({
      'POST /v1/ingest/json': () => ({ status: 400, body: { title: 'Invalid', detail: 'no such metric' } }),
    });
    const series = [{ targetId: 'a', metric: 'b', kind: 'gauge' as const, timestamps: [1], values: [1] }];
    const sending = send(sessionOf(client), { title: 'one series', series, notes: [] }, recorded().stages);
    await expect(sending).rejects.toThrow(/^Ingest one series: [\s\S]*no such metric/);
  });
});

describe('what is stored', () => {
  /** Some hours ago, because targets that were not seen for long expire. */
  const HOUR = Math.floor(Date.now() / 3_600_000) - 6;
  const store = async (targetId: string, hours: number, tenantId = 'local') => {
    const seen = { profile: undefined, metrics: { cpu: { kind: 'gauge' as const, unit: '%' } } };
    const [firstSeen, lastSeen] = [HOUR * 3600, (HOUR + hours) * 3600 - 1];
    await dynamoTargetRecorder({ client: document, tableName: 'targets', retentionDays: 35 }).record(
      tenantId,
      [{ targetId, ...seen, firstSeen, lastSeen }],
    );
    const points = {
      offsets: Uint16Array.of(0, 60, 120),
      values: Float64Array.of(1, 2, 3),
      receipts: Float64Array.of(1, 1, 1),
    };
    await dynamoBlockStore({ client: document, tableName: 'blocks', retentionDays: 35 }).write(
      Array.from({ length: hours }, (_, hour) => ({
        key: { tenantId, targetId, hour: HOUR + hour },
        bytes: encodeBlock(new Map([['cpu', points]])),
        expectedVersion: 0,
      })),
    );
  };

  it('is counted over every page of targets and every block', async () => {
    for (let i = 0; i < 101; i++) await store(`web-${i}`, i === 0 ? 3 : 1);
    await store('other', 1, 'globex');
    expect(await countStored(OUTPUTS, 'local')).toEqual({ targets: 101, series: 101, points: 3 * 103 });
  });

  it('is nothing for a tenant without targets', async () => {
    expect(await countStored(OUTPUTS, 'local')).toEqual({ targets: 0, series: 0, points: 0 });
  });

  it('is not counted past a target that cannot be read', async () => {
    await store('web-1', 1);
    const item = table.items.find(({ sk }) => String(sk).startsWith('TARGET'));
    table.put({ ...item, pk: String(item?.pk), schemaVersion: 99 }, {});
    await expect(countStored(OUTPUTS, 'local')).rejects.toThrow('skipped a stored item that cannot be read');
  });

  it('is confirmed once the queue has drained', async () => {
    queueDepths(1, 0);
    await store('web-1', 1);
    const { stages, text } = recorded();
    const { client } = await clientOf({});
    expect(await confirmStored(sessionOf(client), 3, stages)).toEqual({ targets: 1, series: 1, points: 3 });
    expect(text()).toContain('3 points in, 3 stored: 1 target, 1 series');
  });

  it('must not be less than what was sent', async () => {
    queueDepths(0);
    await store('web-1', 1);
    const { client } = await clientOf({});
    const confirming = confirmStored(sessionOf(client), 1004, recorded().stages);
    await expect(confirming).rejects.toThrow(
      'Store: 1,004 points in, 3 stored: see the quarantine and dead-letter queue',
    );
  });
});

describe('waiting for the queues', () => {
  const wait = (say: (detail: string) => void = () => {}) =>
    waitUntilDrained(new SQSClient({ region: 'us-east-1' }), say);

  it('says every few seconds how many messages are left', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    onTestFinished(() => void vi.restoreAllMocks());
    queueDepths(3, 2, 1, 0);
    const said: string[] = [];
    await wait((detail) => said.push(detail));
    expect(said.length).toBeGreaterThanOrEqual(1);
    for (const line of said) expect(line).toMatch(/^[123] messages waiting$/);
  });

  it('fails if nothing was processed for seven minutes', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 20_000));
    onTestFinished(() => void vi.restoreAllMocks());
    queueDepths(7);
    const waiting = wait();
    await expect(waiting).rejects.toThrow(DependencyUnavailableError);
    await expect(waiting).rejects.toThrow('7 messages are waiting and none was processed for seven minutes');
  });

  it('ends at once if there are no queues', async () => {
    sqs.on(ListQueuesCommand).resolves({});
    await wait();
    expect(sqs.commandCalls(GetQueueAttributesCommand)).toHaveLength(0);
  });
});

describe('the forecast run', () => {
  const run = (over: object = {}) => ({
    ...{ id: 'r1', status: 'SUCCEEDED', trigger: 'api', startedAt: '2026-11-21T10:00:00Z' },
    ...{ targets: 2, series: 9, forecasts: 8, breaches: 1, failed: 1, failures: [] },
    ...over,
  });
  const forecast = async (...answers: readonly object[]) => {
    const left = [...answers];
    const { api, client } = await clientOf({
      'POST /v1/forecast-runs': () => ({ status: 202, body: { id: 'r1' } }),
      'GET /v1/forecast-runs/r1': () => ({ body: left.length > 1 ? left.shift() : left[0] }),
    });
    const { stages, text } = recorded();
    return { api, text, outcome: forecastFleet(client, stages) };
  };

  it('is started once and followed to its end', async () => {
    const { api, text, outcome } = await forecast(run({ status: 'RUNNING' }), run());
    expect(await outcome).toMatchObject({ status: 'SUCCEEDED', forecasts: 8 });
    expect(api.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(text()).toContain('run r1\n    SUCCEEDED: 8 of 9 series forecast, 1 breach predicted\n');
  });

  it('names the first five series that it could not forecast', async () => {
    const failures = Array.from({ length: 7 }, (_, i) => ({
      target: `web-${i}`,
      metric: 'cpu',
      reason: 'too short',
    }));
    const { text, outcome } = await forecast(run({ failures }));
    await outcome;
    const named = text().match(/not forecast: .*/g);
    expect(named).toHaveLength(5);
    expect(named?.[0]).toBe('not forecast: web-0 cpu: too short');
  });

  it.each([
    [{ error: 'the table is missing' }, 'the table is missing'],
    [{}, 'see the execution history'],
  ])('that failed as a whole is an error: %j', async (more, reason) => {
    const { outcome } = await forecast(run({ status: 'FAILED', ...more }));
    await expect(outcome).rejects.toThrow(
      `Forecast the next 8 hours of every series: run r1 failed: ${reason}`,
    );
  });
});

describe("the stream of this machine's metrics", () => {
  it('continues after a failed push, and ends when it is aborted', async () => {
    let pushes = 0;
    const stop = new AbortController();
    const said: string[] = [];
    const { client } = await clientOf({
      'POST /v1/ingest/json': () => {
        pushes++;
        setTimeout(() => stop.abort(), 50);
        return { status: 400, body: { title: 'Invalid', detail: 'clock is wrong' } };
      },
    });
    await streamHostMetrics(client, stop.signal, (detail) => said.push(detail));
    expect(pushes).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(/^live metrics of this machine were not sent: [\s\S]*clock is wrong/),
    ]);
  });

  it('sends nothing if it is aborted before it begins', async () => {
    const { api, client } = await clientOf({});
    await streamHostMetrics(client, AbortSignal.abort(), () => {});
    expect(api.seen).toEqual([]);
  });
});

describe('peak memory', () => {
  it('is known from the start on, and never falls', () => {
    const memory = watchPeakMemory(2 ** 30);
    onTestFinished(memory.stop);
    const { self, emulator } = memory.peak();
    expect(self).toBeGreaterThan(10_000_000);
    expect(emulator).toBe(0);
  });
});

describe('npm start', () => {
  const start = (...args: readonly string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
      execFile(
        process.execPath,
        [resolve(import.meta.dirname, '../../../local/start.ts'), ...args],
        (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  it('explains its options', async () => {
    const { code, stdout } = await start('--help');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: npm start -- \[options\]/)]);
  });

  it('rejects an option with exit code 2 before it starts anything', async () => {
    const { code, stdout, stderr } = await start('--servers', '0');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim()).toBe('--servers: found "0", expected a whole number from 1 to 10000');
  });
});
