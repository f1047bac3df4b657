import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, inject, it } from 'vitest';
import type { AnomalyAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newTenant, useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

const TENANT = 'e2e-silence';
const STEP = 300;
const HOUR = 3600;

const series = (target: string, until: number) => {
  const timestamps = Array.from({ length: (3 * HOUR) / STEP }, (_, i) => until - 3 * HOUR + (i + 1) * STEP);
  return { target, profile: 'web', metric: 'cpu_percent', timestamps, values: timestamps.map(() => 20) };
};

const send = async (client: ApiClient, ...all: readonly object[]): Promise<void> => {
  await client.ingest({ format: 'json', body: JSON.stringify({ series: all }) });
  await drained();
};

const check = async (session: SharedSession): Promise<unknown> => {
  const invoke = new InvokeCommand({
    FunctionName: requireOutput(session.outputs, 'CheckSilenceFunctionName'),
    Payload: Buffer.from(JSON.stringify({ tenantId: TENANT })),
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
  expect(await check(session)).toMatchObject({ tenants: 1, silent: 1 });
  expect(await check(session)).toMatchObject({ tenants: 1, silent: 1 });
  expect(await missing(client)).toMatchObject([{ target: 'quiet', metric: 'all metrics', active: true }]);
  await send(client, series('quiet', Math.floor(Date.now() / 1000)));
  expect(await check(session)).toMatchObject({ tenants: 1, silent: 0 });
  expect(await missing(client)).toMatchObject([{ target: 'quiet', active: false }]);
});
