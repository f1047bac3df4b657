import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, inject, it } from 'vitest';
import type { AnomalyAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newTenant, useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

const TENANT = 'e2e-silence';
const VANISHING = 'e2e-vanishing';
const SILENT = 'e2e-silent';
const STEP = 300;
const HOUR = 3600;

const series = (target: string, until: number, metric = 'cpu_percent') => {
  const timestamps = Array.from({ length: (3 * HOUR) / STEP }, (_, i) => until - 3 * HOUR + (i + 1) * STEP);
  return { target, profile: 'web', metric, timestamps, values: timestamps.map(() => 20) };
};

const send = async (client: ApiClient, ...all: readonly object[]): Promise<void> => {
  await client.ingest({ format: 'json', body: JSON.stringify({ series: all }) });
  await drained();
};

const check = async (session: SharedSession, tenantId = TENANT): Promise<unknown> => {
  const invoke = new InvokeCommand({
    FunctionName: requireOutput(session.outputs, 'CheckSilenceFunctionName'),
    Payload: Buffer.from(JSON.stringify({ tenantId })),
  });
  const { Payload } = await new LambdaClient().send(invoke);
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
};

const missing = async (client: ApiClient): Promise<AnomalyAnswer[]> => {
  const found: AnomalyAnswer[] = [];
  for await (const anomaly of client.anomalies({ kind: 'missing' })) found.push(anomaly);
  return found;
};

it('a target that stops sending is an anomaly of kind missing until it sends again', async () => {
  const session = inject('session');
  useSession(session);
  const client = await newTenant(session, TENANT);
  const now = Math.floor(Date.now() / 1000);
  await send(client, series('steady', now), series('quiet', now - HOUR / 2));
  expect(await check(session)).toMatchObject({ silent: 1 });
  expect(await check(session)).toMatchObject({ silent: 1 });
  expect(await missing(client)).toMatchObject([{ target: 'quiet', metric: 'all metrics', active: true }]);
  await send(client, series('quiet', Math.floor(Date.now() / 1000)));
  expect(await check(session)).toMatchObject({ silent: 0 });
  expect(await missing(client)).toMatchObject([{ target: 'quiet', active: false }]);
});

it('a metric that vanished is announced, and what arrives is counted', async () => {
  const session = inject('session');
  useSession(session);
  const client = await newTenant(session, VANISHING);
  const now = Math.floor(Date.now() / 1000);
  const rest = ['memory_percent', 'network_mbps'].map((metric) => series('web-1', now, metric));
  await send(client, ...rest, series('web-1', now - HOUR / 2, 'disk_percent'));
  expect(await check(session, VANISHING)).toMatchObject({ silent: 0, vanished: 1 });
  expect(await missing(client)).toMatchObject([{ target: 'web-1', metric: 'disk_percent', active: true }]);
  expect(await client.ingestion()).toMatchObject({
    targets: { reporting: 1, late: 0, silent: 0, expired: 0 },
    vanishedMetrics: 1,
  });
  for await (const target of client.targets()) {
    expect(target).toMatchObject({ id: 'web-1', state: 'reporting' });
    expect(target.lagSeconds).toBeLessThan(600);
    expect(target.expectedShare).toBeGreaterThan(0.9);
    expect(target.expectedShare).toBeLessThan(1);
  }
  await send(client, series('web-1', Math.floor(Date.now() / 1000), 'disk_percent'));
  expect(await check(session, VANISHING)).toMatchObject({ vanished: 0 });
  expect(await missing(client)).toMatchObject([{ metric: 'disk_percent', active: false }]);
});

it('a tenant from which nothing arrives is one anomaly with its likely reason', async () => {
  const session = inject('session');
  useSession(session);
  const client = await newTenant(session, SILENT);
  const until = Math.floor(Date.now() / 1000) - HOUR / 2;
  await send(client, ...['a', 'b', 'c'].map((target) => series(target, until)));
  expect(await check(session, SILENT)).toMatchObject({ silent: 3 });
  const found = await missing(client);
  expect(found).toMatchObject([{ target: 'all targets', metric: 'all metrics', active: true }]);
  // The points arrived a moment ago, although they are old.
  expect(found[0]?.reason).toContain('its requests arrive, but bring no new points');
  expect((await client.ingestion()).silence).toBe(found[0]?.reason);
});
