import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { profiledSeries, toIngestBodies } from '../../core/simulator/ingest-body.ts';
import { simulateFleet } from '../../core/simulator/simulate-fleet.ts';
import { requireOutput } from '../../local/deploy.ts';
import { replay } from '../../local/replay/replay-fleet.ts';
import { drained, finishedRun, newTenant, stored, subscribe, useSession } from './pipeline-client.ts';

const session = inject('session');
const TENANT = 'e2e-fleet';
const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);
const fleet = simulateFleet({ seed: 7, servers: 3, days: 8, stepSeconds: 300, endAt: now });
const bodies = () => toIngestBodies(profiledSeries(fleet), 20_000);
const sent = [...bodies()].reduce((sum, { points }) => sum + points, 0);
let client: ApiClient;

beforeAll(async () => {
  useSession(session);
  client = await newTenant(session, TENANT);
});

const collected = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe('from HTTP to stored points', () => {
  it('stores every point of a fleet once, although it is sent twice and out of order', async () => {
    await replay(client, bodies());
    await replay(client, [...bodies()].reverse());
    await drained();
    expect(await stored(session, TENANT)).toEqual({ targets: 3, series: 18, points: sent });
  });

  it('returns the series exactly as sent', async () => {
    const server = fleet.generate(fleet.servers[0]!.id);
    const from = new Date(fleet.start * 1000).toISOString();
    const { points } = await client.series(server.server.id, 'cpu_percent', from);
    expect(points).toEqual(
      [...server.metrics.cpu_percent].map((value, i) => [server.start + i * 300, value]),
    );
  });

  it('accepts CSV with its target in the query', async () => {
    const rows = ['timestamp,value', `${now - DAY - 300},1.5`, `${now - DAY},2.5`].join('\n');
    const query = { target: 'csv-host', metric: 'queue_depth' };
    expect(await client.ingest({ format: 'csv', body: rows, query })).toMatchObject({ accepted: 2 });
    await drained();
    const from = new Date((now - 2 * DAY) * 1000).toISOString();
    expect((await client.series('csv-host', 'queue_depth', from)).points).toEqual([
      [now - DAY - 300, 1.5],
      [now - DAY, 2.5],
    ]);
  });

  it('accepts the export of a real OpenTelemetry SDK', async () => {
    const exporter = new OTLPMetricExporter({
      url: `${session.url}/v1/ingest/otlp`,
      headers: { authorization: `Bearer ${session.apiKey}` },
      compression: 'gzip' as never,
    });
    const meters = new MeterProvider({
      resource: resourceFromAttributes({ 'host.name': 'otel-host' }),
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 })],
    });
    const meter = meters.getMeter('e2e');
    meter.createGauge('system.memory.utilization', { unit: '1' }).record(0.42, { state: 'used' });
    meter.createCounter('http.server.requests').add(17);
    await meters.forceFlush();
    await drained();
    const own = new (client.constructor as typeof ApiClient)({ url: session.url, apiKey: session.apiKey });
    const gauge = await own.series('otel-host', 'system.memory.utilization{state="used"}');
    expect(gauge.points.map(([, value]) => value)).toEqual([0.42]);
    const counter = await own.series('otel-host', 'http.server.requests');
    expect([counter.kind, counter.points.map(([, value]) => value)]).toEqual(['counter', [17]]);
    await meters.shutdown();
  });
});

describe('from stored points to forecasts', () => {
  it('forecasts every series eight hours ahead, reports the ones that it could not, and announces it', async () => {
    const events = await subscribe(session, 'pipeline-test');
    const { id } = await client.startRun('e2e-run');
    const run = await finishedRun(client, id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', trigger: 'api', targets: 4, failed: 1, forecasts: 18 });
    expect(run.failures).toMatchObject([{ target: 'csv-host', metric: 'queue_depth' }]);
    const [forecast] = await client.forecasts(fleet.servers[0]!.id, 'cpu_percent');
    // On a slow machine, the run starts more than one step after the last point; the missed steps are added.
    const missed = Math.ceil((Date.parse(forecast!.issuedAt) - Date.parse(forecast!.start)) / 300_000);
    const horizon = 96 + Math.max(0, missed);
    expect(forecast).toMatchObject({ stepSeconds: 300, horizon, runId: id });
    const levels = ['0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9'];
    expect(Object.keys(forecast!.quantiles)).toEqual(levels);
    for (let step = 0; step < horizon; step++) {
      const values = levels.map((level) => forecast!.quantiles[level]![step]!);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values[0]).toBeGreaterThanOrEqual(0);
      expect(values[8]).toBeLessThanOrEqual(100);
    }
    await sleep(500);
    const published = (await events()).filter(({ detail }) => detail.tenantId === TENANT);
    expect(published.filter((event) => event['detail-type'] === 'ForecastPublished')).toHaveLength(1);
  });

  it('starts one run for one idempotency key', async () => {
    const [first, second] = [await client.startRun('again'), await client.startRun('again')];
    expect(second.id).toBe(first.id);
    await finishedRun(client, first.id);
    expect((await collected(client.runs())).filter(({ id }) => id === first.id)).toHaveLength(1);
  });

  it('lists predicted breaches by falling risk', async () => {
    const risks = (await collected(client.breaches())).map(({ risk }) => risk);
    expect(risks).toEqual([...risks].sort((a, b) => b - a));
  });

  it('runs every tenant when the schedule fires, once an hour even if it fires repeatedly', async () => {
    const workflows = new SFNClient();
    const input = JSON.stringify({ scheduledAt: '2026-01-01T10:00:00Z' });
    const stateMachineArn = requireOutput(session.outputs, 'DispatchStateMachineArn');
    for (let time = 0; time < 2; time++) {
      const { executionArn } = await workflows.send(new StartExecutionCommand({ stateMachineArn, input }));
      let status = 'RUNNING';
      while (status === 'RUNNING') {
        await sleep(200);
        status = (await workflows.send(new DescribeExecutionCommand({ executionArn }))).status ?? '';
      }
      expect(status).toBe('SUCCEEDED');
    }
    const scheduled = async () =>
      (await collected(client.runs())).filter(({ trigger }) => trigger === 'schedule');
    // The dispatcher only starts the run's own execution, which records the run a moment later.
    const isUnderWay = (runs: Awaited<ReturnType<typeof scheduled>>) =>
      runs.length === 0 || runs.some(({ status }) => status === 'RUNNING');
    while (isUnderWay(await scheduled())) await sleep(200);
    expect(await scheduled()).toHaveLength(1);
  });
});

describe('invalid requests', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${session.url}${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${session.apiKey}`, 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['an unknown key', '/v1/ingest/json', '{"points":[]}', { authorization: 'Bearer fsk_nobody' }, 401],
    ['an empty body', '/v1/ingest/json', '', {}, 400],
    ['no JSON', '/v1/ingest/json', '{"points":[', {}, 400],
    ['another shape', '/v1/ingest/json', '{"points":[{"target":"a"}]}', {}, 422],
    ['wrong columns', '/v1/ingest/csv', 'a,b\n1,2', { 'content-type': 'text/csv' }, 422],
    ['an unknown format', '/v1/ingest/xml', '<a/>', {}, 404],
    ['too much', '/v1/ingest/json', 'x'.repeat(10_000_000), {}, 413],
  ])('rejects %s with a problem that says so', async (_, path, body, headers, status) => {
    const answer = await post(path, body, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.any(String),
    });
  });

  it('shows a tenant no data of another', async () => {
    const stranger = await newTenant(session, 'e2e-stranger');
    expect(await collected(stranger.targets())).toEqual([]);
    await expect(stranger.series(fleet.servers[0]!.id, 'cpu_percent')).rejects.toMatchObject({ status: 404 });
    await expect(stranger.forecasts(fleet.servers[0]!.id)).rejects.toMatchObject({ status: 404 });
  });
});

describe('commands and addresses', () => {
  const send = async (method: string, path: string, edges?: readonly object[], key = 'topology-1') => {
    const answer = await fetch(`${session.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${session.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      ...(edges === undefined ? {} : { body: JSON.stringify({ edges }) }),
    });
    return {
      status: answer.status,
      allow: answer.headers.get('allow'),
      json: JSON.parse(await answer.text()),
    };
  };

  it('a repeated command gets the first response, and its key is refused for another', async () => {
    const first = await send('PUT', '/v1/topology', [{ caller: 'web', callee: 'db' }]);
    expect(first).toMatchObject({ status: 200, json: { nodes: ['db', 'web'] } });
    await send('PUT', '/v1/topology', [], 'topology-2');
    const { status, json } = await send('PUT', '/v1/topology', [{ caller: 'web', callee: 'db' }]);
    expect({ status, json }).toEqual({ status: first.status, json: first.json });
    expect((await send('GET', '/v1/topology')).json.nodes).toEqual([]);
    const other = await send('PUT', '/v1/topology', []);
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } });
  });

  it('an unknown address or method gets a problem document', async () => {
    expect(await send('POST', '/v1/nothing')).toMatchObject({ status: 404, json: { code: 'not-found' } });
    expect(await send('DELETE', '/v1/topology')).toMatchObject({
      status: 405,
      allow: 'GET, PUT',
      json: { code: 'method-not-allowed' },
    });
  });
});
