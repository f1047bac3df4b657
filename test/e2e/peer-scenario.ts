import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AnomalyAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { requireOutput } from '../../local/deploy.ts';
import { drained, newTenant, subscribe, useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

const STEP = 300;
const DAY = 86_400;
const DAYS = 4;
const TARGETS = Array.from({ length: 7 }, (_, i) => `web-${i}`);
const TENANT = 'e2e-peers';
const WAIT_MILLISECONDS = 120_000;
const POLL_MILLISECONDS = 500;
/** Departed for less than the hour in which a departure is announced, but for more moments than confirming it takes. */
const LEFT_SECONDS = 1500;

/** A common pattern with individual, reproducible noise. */
const loadOf = (target: number, at: number): number => {
  const noise = Math.sin(at * 0.0129898 + 78 * target) * 43758.5453;
  return 50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 3 * target + 2 * (noise - Math.floor(noise));
};

const historyOf = (target: number, now: number, leftAt: number) => {
  const timestamps = Array.from({ length: (DAYS * DAY) / STEP }, (_, i) => now - DAYS * DAY + (i + 1) * STEP);
  const values = timestamps.map((at) => loadOf(target, at) + (target === 3 && at >= leftAt ? 30 : 0));
  return { target: TARGETS[target], profile: 'web', metric: 'cpu_percent', timestamps, values };
};

const correlations = async (client: ApiClient): Promise<AnomalyAnswer[]> => {
  const found: AnomalyAnswer[] = [];
  for await (const anomaly of client.anomalies({ kind: 'correlation' })) found.push(anomaly);
  return found;
};

/** Starts the comparison of a tenant's groups, as an operator would; `relearn` re-learns the stored history first. */
const compare = async (session: SharedSession, relearn: boolean): Promise<unknown> => {
  const invoke = new InvokeCommand({
    FunctionName: requireOutput(session.outputs, 'PlanPeerComparisonFunctionName'),
    Payload: Buffer.from(JSON.stringify({ tenantId: TENANT, relearn })),
  });
  const { Payload } = await new LambdaClient().send(invoke);
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
};

export interface PeerScenario {
  readonly planned: unknown;
  readonly anomalies: readonly AnomalyAnswer[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly leftAt: number;
  /** From requesting the comparison to reading the anomaly, including learning the history. */
  readonly milliseconds: number;
}

const peersEvents = (received: Awaited<ReturnType<Awaited<ReturnType<typeof subscribe>>>>) =>
  received.flatMap(({ 'detail-type': type, detail }) =>
    type === 'AnomalyDetected' && detail.tenantId === TENANT && detail.kind === 'correlation' ? [detail] : [],
  );

/** Seven servers with four days of history, one of which departed minutes ago; compared three times. */
export const peerScenario = async (session: SharedSession): Promise<PeerScenario> => {
  useSession(session);
  const client = await newTenant(session, TENANT);
  const received = await subscribe(session, 'peers-test');
  const now = Math.floor(Date.now() / 1000);
  const leftAt = now - LEFT_SECONDS;
  for (const target of TARGETS.keys())
    await client.ingest({
      format: 'json',
      body: JSON.stringify({ series: [historyOf(target, now, leftAt)] }),
    });
  await drained();
  const askedAt = Date.now();
  const planned = await compare(session, true);
  const deadline = askedAt + WAIT_MILLISECONDS;
  let anomalies = await correlations(client);
  while (anomalies.length === 0 && Date.now() < deadline) {
    await sleep(POLL_MILLISECONDS);
    anomalies = await correlations(client);
  }
  const milliseconds = Date.now() - askedAt;
  for (const relearn of [false, true]) await compare(session, relearn);
  await sleep(5000);
  anomalies = await correlations(client);
  return { planned, anomalies, events: peersEvents(await received()), leftAt, milliseconds };
};
