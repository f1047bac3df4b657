/** The real Alertmanager posts to the function that takes alerts: what it sends is understood, and repeats begin nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemediationPolicy } from '../../core/remediation/policy.ts';
import { remediationApi } from '../unit/remediation/handlers/remediation-api.ts';
import { samplePolicy } from '../unit/remediation/stored-samples.ts';
import { findAlertmanager, type RunningAlertmanager, startAlertmanager } from './real-alertmanager.ts';

const policy = RemediationPolicy.parse({
  ...samplePolicy,
  alerts: [
    {
      ...{ source: 'alertmanager', name: 'HighCpu', alertType: 'cpu-high', metric: 'cpu', minMinutes: 5 },
      resource: 'auto-scaling-group:web',
    },
  ],
});

const program = findAlertmanager();
let api: Awaited<ReturnType<typeof remediationApi>>;
let alertmanager: RunningAlertmanager | undefined;
let server: Server;
const statuses: number[] = [];

const bodyOf = async (request: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** Passes requests to the function as the gateway does. */
const gateway = (): Server =>
  createServer(async (request, response) => {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const answer = await api.raw(
      authorization.replace('Bearer ', ''),
      request.method ?? '',
      request.url ?? '',
      {
        ...{ body: await bodyOf(request), headers: { 'content-type': type } },
      },
    );
    statuses.push(answer.statusCode);
    response.writeHead(answer.statusCode).end(answer.body);
  });

const listen = (listening: Server): Promise<number> =>
  new Promise((resolve) => {
    listening.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });

/** A port that is free now. */
const freePort = async (): Promise<number> => {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

beforeAll(async () => {
  api = await remediationApi([], policy);
  api.clock.seconds = Math.floor(Date.now() / 1000);
  server = gateway();
  const webhookUrl = `http://127.0.0.1:${await listen(server)}/v1/alerts/alertmanager`;
  if (program)
    alertmanager = await startAlertmanager(program, { port: await freePort(), webhookUrl, key: 'sensor' });
});
afterAll(async () => {
  await alertmanager?.stop();
  server.close();
});

const raise = async (labels: Record<string, string>, times: { startsAt: string; endsAt?: string }) => {
  const response = await fetch(`${alertmanager?.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations: { summary: 'cpu is high' }, ...times }]),
  });
  expect(response.status).toBe(200);
};

describe.skipIf(program === undefined)('Alertmanager', () => {
  it('sends alerts that begin a remediation once, end, and begin again', async () => {
    const labels = { alertname: 'HighCpu', instance: 'web-1:9100', severity: 'page' };
    const started = Date.now() - 60_000;
    const times = { startsAt: new Date(started).toISOString() };
    await raise(labels, times);
    await expect.poll(() => api.started.length, { timeout: 20_000 }).toBe(1);
    const receivedAt = api.clock.seconds;
    expect(api.started[0]).toEqual({
      ...{ isDryRun: false, beginAt: receivedAt + 300 },
      cause: { kind: 'alert', source: 'alertmanager', name: 'HighCpu', receivedAt },
    });
    expect(api.sent).toMatchObject([
      { kind: 'alarm', targetId: 'web-1', alarmName: 'HighCpu', state: 'ALARM', tenantId: 'acme' },
    ]);
    api.clock.seconds += 30;
    await raise(labels, { ...times, endsAt: new Date(Date.now() - 1000).toISOString() });
    await expect.poll(() => api.sent.at(-1), { timeout: 20_000 }).toMatchObject({ state: 'OK' });
    await raise({ ...labels, alertname: 'Unmapped' }, times);
    await expect.poll(() => api.sent.at(-1), { timeout: 20_000 }).toMatchObject({ alarmName: 'Unmapped' });
    expect(api.started).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([202]));
  });
});
