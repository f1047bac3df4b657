import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CausesAnswer, IncidentAnswer, IncidentSummaryAnswer } from '../../cli/api-client/answers.ts';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import type { Incident as PlantedFault } from '../../core/simulator/fleet.ts';
import { type IngestBody, profiledSeries, toIngestBodies } from '../../core/simulator/ingest-body.ts';
import { simulateFleet } from '../../core/simulator/simulate-fleet.ts';
import { replay } from '../../local/replay/replay-fleet.ts';
import { drained, newTenant, subscribe, useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

const STEP = 300;
/** With this seed the only fault of the fleet is a failing database behind everything else. */
const FLEET = { seed: 173, servers: 6, days: 8, stepSeconds: STEP, incidents: 1, developing: 0 };
/**
 * Age of the fault when the scenario begins. Points older than an hour are not announced, and learning the days before
 * the fault may take half an hour on a busy machine. At any time of day, the database and three others deviate within
 * eight minutes, and nothing more between then and this age.
 */
const FAULT_AGE_SECONDS = 25 * 60;
const WAIT_MILLISECONDS = 180_000;

/** The fleet moved in time so that its fault began `FAULT_AGE_SECONDS` ago, and the fault. */
const fleetWithFault = (now: number) => {
  const plan = simulateFleet({ ...FLEET, endAt: now });
  const offset = plan.start + (plan.steps - 1) * STEP - plan.incidents[0]!.start;
  const fleet = simulateFleet({ ...FLEET, endAt: now - FAULT_AGE_SECONDS + offset });
  return { fleet, fault: fleet.incidents[0]! };
};

type Fleet = ReturnType<typeof fleetWithFault>['fleet'];

/** Ingest bodies of the fleet's points from `from` up to `to` (exclusive). */
const bodiesBetween = (fleet: Fleet, from: number, to: number): Iterable<IngestBody> =>
  toIngestBodies(
    [...profiledSeries(fleet)].map((series) => {
      const kept = series.timestamps.flatMap((at, i) => (at >= from && at < to ? [i] : []));
      return {
        ...series,
        timestamps: kept.map((i) => series.timestamps[i]!),
        values: kept.map((i) => series.values[i]!),
      };
    }),
    20_000,
  );

/** Polls until the response meets the condition; returns the last response after the timeout. */
const eventually = async <Answer>(ask: () => Promise<Answer>, willDo: (answer: Answer) => boolean) => {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  for (;;) {
    const answer = await ask();
    if (willDo(answer) || Date.now() > deadline) return answer;
    await sleep(500);
  }
};

const collected = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const trained = async (client: ApiClient, fleet: Fleet): Promise<void> => {
  const points = async () => {
    const baselines = await Promise.all(
      fleet.servers.map(({ id }) => client.baseline(id, 'latency_ms').catch(() => undefined)),
    );
    return baselines.map((baseline) => baseline?.points ?? 0);
  };
  await eventually(points, (counts) => counts.every((count) => count > 1500));
};

export interface IncidentScenario {
  readonly fault: PlantedFault;
  readonly incidents: readonly IncidentSummaryAnswer[];
  readonly incident: IncidentAnswer;
  readonly causes: CausesAnswer;
  readonly client: ApiClient;
  /** Events of the tenant's incidents since the fault was sent. */
  readonly events: () => Promise<ReadonlyArray<{ 'detail-type': string; detail: Record<string, unknown> }>>;
  /** From sending the fault's points to reading the incident's cause. */
  readonly milliseconds: number;
}

/**
 * Declares the calls, sends six days of a fleet for learning, then the beginning of a fault in its database
 * and a deployment before it, and waits for the incident and its cause.
 */
export const incidentScenario = async (session: SharedSession): Promise<IncidentScenario> => {
  useSession(session);
  const client = await newTenant(session, 'e2e-incidents');
  const received = await subscribe(session, 'incidents-test');
  const now = Math.floor(Date.now() / 1000);
  const { fleet, fault } = fleetWithFault(now);
  const root = fault.rootCause.target;
  await client.declareTopology(
    fleet.servers.flatMap(({ id, calls }) => calls.map((callee) => ({ caller: id, callee }))),
  );
  await replay(client, bodiesBetween(fleet, 0, fault.start));
  await drained();
  await trained(client, fleet);
  await client.recordChange({ target: root, summary: 'version 41 deployed', at: String(fault.start - 120) });
  const sentAt = Date.now();
  await replay(client, bodiesBetween(fleet, fault.start, now));
  const touched = (found: readonly IncidentSummaryAnswer[]) =>
    found.findLast(({ targets }) => targets.includes(root));
  const listed = await eventually(
    () => collected(client.incidents()),
    (found) => touched(found) !== undefined,
  );
  const { id } = touched(listed) ?? { id: 'none' };
  const causes = await eventually(
    () => client.causes(id),
    ({ items }) => items[0]?.target === root,
  );
  const milliseconds = Date.now() - sentAt;
  await drained();
  const events = async () => (await received()).filter(({ detail }) => detail.tenantId === 'e2e-incidents');
  const incidents = await collected(client.incidents());
  return {
    ...{ fault, incidents, causes, client, events, milliseconds },
    incident: await eventually(
      () => client.incident(id),
      ({ targets }) => targets.length > 1,
    ),
  };
};

/** A state change of a CloudWatch alarm on the default bus of the account. */
export const alarmEvent = (
  value: 'ALARM' | 'OK',
  at: number,
  alarmName = 'Basket errors',
  functionName = 'basket',
) => ({
  version: '0',
  id: `alarm-${value}`,
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  account: '000000000000',
  time: new Date(at * 1000).toISOString(),
  region: 'us-east-1',
  resources: [`arn:aws:cloudwatch:us-east-1:000000000000:alarm:${alarmName}`],
  detail: {
    alarmName,
    state: { value, reason: 'Threshold Crossed', timestamp: new Date(at * 1000).toISOString() },
    configuration: {
      metrics: [
        { metricStat: { metric: { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName } } } },
      ],
    },
  },
});

/** Rules of the account's default bus that an event matches, with the names of the queues they deliver to. */
export const queuesForEvent = async (event: object): Promise<string[]> => {
  const events = new EventBridgeClient();
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const queues: string[] = [];
  for (const { Name } of Rules) {
    const { EventPattern } = await events.send(new DescribeRuleCommand({ Name }));
    if (EventPattern === undefined) continue;
    const test = new TestEventPatternCommand({ Event: JSON.stringify(event), EventPattern });
    if (!(await events.send(test)).Result) continue;
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    queues.push(...Targets.map(({ Arn }) => Arn?.split(':').at(-1) ?? ''));
  }
  return queues;
};

/**
 * Delivers an event as the default bus would. Only AWS may put events with source `aws.` on a bus, the emulator
 * included, so it is sent to the queue of the deployed rule that matches it.
 */
export const deliver = async (event: object): Promise<void> => {
  const sqs = new SQSClient();
  for (const QueueName of await queuesForEvent(event)) {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
  }
};

/** Incidents of the tenant that owns the alarms of the account, as soon as one meets the condition. */
export const ownIncident = async (
  session: SharedSession,
  willDo: (incident: IncidentSummaryAnswer) => boolean,
): Promise<IncidentSummaryAnswer | undefined> => {
  const own = new ApiClient({ url: session.url, apiKey: session.apiKey });
  const found = await eventually(
    () => collected(own.incidents()),
    (incidents) => incidents.some(willDo),
  );
  return found.find(willDo);
};
