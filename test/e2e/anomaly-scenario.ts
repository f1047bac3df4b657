import { setTimeout as sleep } from 'node:timers/promises';
import type { AnomalyAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { drained, newTenant, subscribe, useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

const STEP = 300;
const DAY = 86_400;
const DAYS = 14;
const WAIT_MILLISECONDS = 120_000;
const POLL_MILLISECONDS = 500;

type Point = readonly [epochSeconds: number, value: number];

/** A reproducible daily pattern with a little noise. */
const usual = (at: number, i: number): Point => {
  const noise = Math.sin(i * 12.9898) * 43758.5453;
  return [at, 50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 3 * (noise - Math.floor(noise))];
};

/** Fourteen days of it, up to the step before `end`. */
const history = (end: number): Point[] =>
  Array.from({ length: (DAYS * DAY) / STEP }, (_, i) => usual(end - (DAYS * DAY - i * STEP), i));

/** The same, twice a minute, after `start` and up to `end`. */
const calm = (start: number, end: number): Point[] =>
  Array.from({ length: Math.floor((end - start) / 30) }, (_, i) => usual(start + 30 * (i + 1), i));

const send = async (client: ApiClient, target: string, points: readonly Point[]): Promise<void> => {
  const series = {
    target,
    metric: 'cpu_percent',
    timestamps: points.map(([at]) => at),
    values: points.map(([, value]) => value),
  };
  await client.ingest({ format: 'json', body: JSON.stringify({ series: [series] }) });
};

/** Polls until the response meets the condition, for at most two minutes. */
const eventually = async <Answer>(ask: () => Promise<Answer>, willDo: (answer: Answer) => boolean) => {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  for (;;) {
    const answer = await ask();
    if (willDo(answer) || Date.now() > deadline) return answer;
    await sleep(POLL_MILLISECONDS);
  }
};

const allAnomalies = async (client: ApiClient): Promise<AnomalyAnswer[]> => {
  const found: AnomalyAnswer[] = [];
  for await (const anomaly of client.anomalies()) found.push(anomaly);
  return found;
};

const learned = async (client: ApiClient, target: string) => {
  try {
    return await client.baseline(target, 'cpu_percent');
  } catch {
    return undefined;
  }
};

export interface AnomalyScenario {
  readonly anomalies: readonly AnomalyAnswer[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly baseline: Awaited<ReturnType<typeof learned>>;
  readonly spikeAt: number;
  /** From sending the spike to reading the anomaly. */
  readonly milliseconds: number;
  /** The anomalies after the points following the spike were usual again, and the published events. */
  readonly afterwards: readonly AnomalyAnswer[];
  readonly endings: readonly Readonly<Record<string, unknown>>[];
}

type Details = Readonly<Record<string, unknown>>[];

/** Events of this tenant that have arrived so far, by type; reading takes them from the queue. */
const collector = (received: Awaited<ReturnType<typeof subscribe>>) => {
  const events = new Map<string, Details>();
  return async (wanted: string): Promise<Details> => {
    for (const event of await received()) {
      if (event.detail.tenantId !== 'e2e-anomalies') continue;
      const type = event['detail-type'];
      events.set(type, [...(events.get(type) ?? []), event.detail]);
    }
    return events.get(wanted) ?? [];
  };
};

const isSpike = ({ value }: { readonly value?: unknown }): boolean => value === 400;

/** Sends a daily pattern for two targets, the second in maintenance, then a spike for both, and then usual points. */
export const anomalyScenario = async (session: SharedSession): Promise<AnomalyScenario> => {
  useSession(session);
  const client = await newTenant(session, 'e2e-anomalies');
  const received = await subscribe(session, 'anomalies-test');
  const now = Math.floor(Date.now() / 1000);
  const window = { from: String(now - DAY), to: String(now + DAY), reason: 'moving racks' };
  const own = await client.settings();
  await client.replaceSettings({ ...own, maintenance: [{ ...window, targets: ['quiet'] }] });
  const arrived = collector(received);
  // Late enough to be announced, and early enough for the points after it: its half hour of the day, and twelve more.
  const spikeAt = now - 45 * 60;
  const points = history(spikeAt);
  for (const target of ['loud', 'quiet']) await send(client, target, points);
  await drained();
  const isTrained = (baseline: Awaited<ReturnType<typeof learned>>) => (baseline?.points ?? 0) > 4000;
  await eventually(() => learned(client, 'quiet'), isTrained);
  const baseline = await eventually(() => learned(client, 'loud'), isTrained);
  const sentAt = Date.now();
  for (const target of ['loud', 'quiet']) await send(client, target, [[spikeAt, 400]]);
  const anomalies = await eventually(
    () => allAnomalies(client),
    (found) => found.filter(isSpike).length === 2,
  );
  const milliseconds = Date.now() - sentAt;
  const events = await eventually(
    () => arrived('AnomalyDetected'),
    (found) => found.some(isSpike),
  );
  for (const target of ['loud', 'quiet']) await send(client, target, calm(spikeAt, now));
  const afterwards = await eventually(
    () => allAnomalies(client),
    (found) => found.filter(isSpike).every(({ endedAt }) => endedAt !== undefined),
  );
  const endings = await eventually(
    () => arrived('AnomalyEnded'),
    (found) => found.length > 0,
  );
  return {
    ...{ anomalies, events: events.filter(isSpike), baseline, spikeAt, milliseconds },
    ...{ afterwards, endings },
  };
};
