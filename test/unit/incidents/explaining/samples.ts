import type { GroupingDeps } from '../../../../core/incidents/grouping/group-signals.ts';
import type { AlarmSignal, AnomalyEndSignal, AnomalySignal } from '../../../../core/incidents/signal.ts';
import type { ReadDeps } from '../../../../core/shared/read-messages.ts';
import { memoryIncidentWorld } from '../../../fakes/incidents.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

/** 2026-11-21T10:05:00Z */
export const NOW = 1_795_255_500;

export const anomaly = (targetId: string, at = NOW, over: Partial<AnomalySignal> = {}): AnomalySignal => ({
  kind: 'anomaly',
  signalId: `anomaly-${targetId}-${at}-${over.metric ?? 'cpu_percent'}`,
  tenantId: 'acme',
  targetId,
  at,
  metric: 'cpu_percent',
  confidence: 0.8,
  ...over,
});

export const anomalyEnd = (
  targetId: string,
  at: number,
  over: Partial<AnomalyEndSignal> = {},
): AnomalyEndSignal => ({
  kind: 'anomaly-end',
  signalId: `anomaly-end-${targetId}-${at}-${over.metric ?? 'cpu_percent'}`,
  ...{ tenantId: 'acme', targetId, at, metric: 'cpu_percent' },
  ...over,
});

export const alarm = (state: AlarmSignal['state'], at: number, targetId = 'web-1'): AlarmSignal => ({
  kind: 'alarm',
  signalId: `alarm-${targetId}-${state}-${at}`,
  tenantId: 'acme',
  targetId,
  at,
  alarmName: `${targetId}-errors`,
  state,
});

/** A detail of `AnomalyDetected` as it is on the bus. */
export const anomalyDetail = (targetId: string, at = NOW, metric = 'cpu_percent') => {
  const timestamp = new Date(at * 1000).toISOString();
  return {
    id: `AnomalyDetected/acme/${targetId}/${metric}/${timestamp}`,
    ...{ tenantId: 'acme', occurredAt: timestamp, timestamp, since: timestamp, targetId, metric },
    ...{ value: 97.2, score: 5.4, kind: 'behavioural', oneIn: 8640, expected: null, reason: 'unusual' },
  };
};

/** An event as EventBridge delivers it to a queue. */
export const delivered = (type: string, source: string, detail: object) => ({
  version: '0',
  id: 'e-1',
  'detail-type': type,
  source,
  account: '123456789012',
  time: '2026-11-21T10:05:00Z',
  region: 'eu-west-1',
  resources: [],
  detail,
});

/** An anomaly of a target's latency at `NOW`, as EventBridge delivers it. */
export const anomalyOf = (target: string) =>
  delivered('AnomalyDetected', 'forestall.anomalies', anomalyDetail(target, NOW, 'latency_ms'));

/** Messages as SQS delivers them: `m-0`, `m-1` and so on. */
export const queued = (...messages: readonly unknown[]) => ({
  Records: messages.map((message, i) => ({
    messageId: `m-${i}`,
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })),
});

/** `detail` of "CloudWatch Alarm State Change", as in the CloudWatch user guide ("Alarm events and EventBridge"). */
export const alarmDetail = (value = 'ALARM', over: object = {}) => ({
  alarmName: 'ServerCpuTooHigh',
  configuration: {
    description: 'Goes into alarm when server CPU utilization is too high!',
    metrics: [
      {
        id: '30b6c6b2-a864-43a2-4877-c09a1afc3b87',
        metricStat: {
          metric: {
            dimensions: { InstanceId: 'i-12345678901234567', AutoScalingGroupName: 'web' },
            name: 'CPUUtilization',
            namespace: 'AWS/EC2',
          },
          period: 300,
          stat: 'Average',
        },
        returnData: true,
      },
    ],
  },
  previousState: { reason: 'ok', timestamp: '2026-11-21T09:00:00.000+0000', value: 'OK' },
  state: {
    reason: 'Threshold Crossed',
    reasonData: '{"version":"1.0","threshold":80.0}',
    timestamp: '2026-11-21T10:05:00.985+0000',
    value,
  },
  ...over,
});

/** All stores of grouping, in memory, with a clock that tests set. */
export const groupingWorld = () => {
  const world = memoryIncidentWorld();
  const log = recordedTelemetry();
  const { events, published } = memoryEvents();
  let now = NOW + 30;
  const deps: GroupingDeps & ReadDeps = {
    ...world.stores,
    events,
    telemetry: log.telemetry,
    now: () => now * 1000,
    pause: async () => {},
  };
  const setNow = (at: number): void => {
    now = at;
  };
  return { ...world, deps, published, log, setNow };
};
