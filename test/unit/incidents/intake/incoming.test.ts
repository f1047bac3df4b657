import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIncoming, parseMessage } from '../../../../core/incidents/intake/incoming.ts';
import { confidenceOfAnomaly } from '../../../../core/incidents/signal.ts';
import { toTargetId } from '../../../../core/incidents/target-name.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { TargetId } from '../../../../core/shared/identifiers.ts';
import { alarmDetail, anomalyDetail, delivered, NOW } from '../explaining/samples.ts';

const ALARM = 'CloudWatch Alarm State Change';
const signalOf = (message: unknown) => {
  const incoming = parseIncoming(message, 'ours');
  if (incoming.kind !== 'signal') throw new Error('expected a signal');
  return incoming.signal;
};

describe('events of Forestall', () => {
  it('an anomaly keeps its tenant, time and metric', () => {
    const signal = signalOf(delivered('AnomalyDetected', 'forestall.anomalies', anomalyDetail('web-1')));
    expect(signal).toMatchObject({
      ...{ kind: 'anomaly', tenantId: 'acme', targetId: 'web-1', metric: 'cpu_percent', at: NOW },
      confidence: 0.75,
    });
  });

  it('a redelivery has the same id, another point another', () => {
    const id = (at: number) =>
      signalOf(delivered('AnomalyDetected', 's', anomalyDetail('web-1', at))).signalId;
    expect(id(NOW)).toBe(id(NOW));
    expect(id(NOW)).not.toBe(id(NOW + 300));
  });

  it('the end of an anomaly has the time of its last unusual point', () => {
    const began = new Date(NOW * 1000).toISOString();
    const endedAt = new Date((NOW + 900) * 1000).toISOString();
    const detail = {
      ...{ id: 'AnomalyEnded/acme/web-1/cpu_percent/x', tenantId: 'acme', occurredAt: endedAt },
      ...{ targetId: 'web-1', metric: 'cpu_percent', timestamp: began, endedAt },
    };
    const signal = signalOf(delivered('AnomalyEnded', 'forestall.anomalies', detail));
    expect(signal).toMatchObject({
      ...{ kind: 'anomaly-end', tenantId: 'acme', targetId: 'web-1', metric: 'cpu_percent', at: NOW + 900 },
    });
    expect(signal.signalId).toBe(signalOf(delivered('AnomalyEnded', 's', detail)).signalId);
  });

  it('a predicted breach brings probability and time to impact', () => {
    const detail = {
      ...{ id: 'b', tenantId: 'acme', occurredAt: '2026-11-21T10:05:00.000Z', runId: 'r', targetId: 'web-1' },
      ...{ metric: 'disk', probability: 0.83, severity: 'warning', risk: 49, reason: 'raised' },
      since: '2026-11-21T10:05:00.000Z',
      threshold: { direction: 'above', limit: 80 },
      timeToImpactSeconds: { p10: 1, p50: 10800, p90: 3 },
    };
    expect(signalOf(delivered('BreachPredicted', 'forestall.forecasts', detail))).toMatchObject({
      ...{ kind: 'predicted-breach', probability: 0.83, timeToImpactSeconds: 10800, at: NOW },
    });
    const never = { ...detail, timeToImpactSeconds: null };
    expect(signalOf(delivered('BreachPredicted', 's', never))).toMatchObject({ timeToImpactSeconds: null });
  });

  it('the end of the warning of a breach has the time of the run that ended it', () => {
    const detail = {
      ...{ id: 'b', tenantId: 'acme', occurredAt: '2026-11-21T10:05:00.000Z', runId: 'r', targetId: 'web-1' },
      ...{ metric: 'disk', probability: 0.1, since: '2026-11-21T02:05:00.000Z' },
      threshold: { direction: 'above', limit: 80 },
    };
    expect(signalOf(delivered('BreachCleared', 'forestall.forecasts', detail))).toMatchObject({
      ...{ kind: 'predicted-breach-end', tenantId: 'acme', targetId: 'web-1', metric: 'disk', at: NOW },
    });
  });

  it('confidence grows with rarity, from a half to certainty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (oneIn) => {
        expect(confidenceOfAnomaly(oneIn)).toBeGreaterThan(0.5);
        expect(confidenceOfAnomaly(oneIn)).toBeLessThanOrEqual(1);
        expect(confidenceOfAnomaly(oneIn + 1)).toBeGreaterThanOrEqual(confidenceOfAnomaly(oneIn));
      }),
    );
  });
});

describe('CloudWatch alarms', () => {
  const sns = {
    AlarmName: 'ServerCpuTooHigh',
    NewStateValue: 'ALARM',
    StateChangeTime: '2026-11-21T10:05:00.985+0000',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ServerCpuTooHigh',
    Trigger: {
      MetricName: 'CPUUtilization',
      Namespace: 'AWS/EC2',
      Dimensions: [{ name: 'InstanceId', value: 'i-12345678901234567' }],
    },
  };
  const direct = { source: 'aws.cloudwatch', alarmArn: sns.AlarmArn, alarmData: alarmDetail() };

  it.each([
    ['through EventBridge', delivered(ALARM, 'aws.cloudwatch', alarmDetail())],
    ['as a direct invocation', direct],
    ['as a direct invocation that failed', { version: '1.0', requestContext: {}, requestPayload: direct }],
    ['through SNS, raw', sns],
    ['through SNS, in its envelope', { Type: 'Notification', Message: JSON.stringify(sns) }],
  ])('%s are the same signal', (_, message) => {
    expect(signalOf(message)).toEqual({
      ...signalOf(delivered(ALARM, 'aws.cloudwatch', alarmDetail())),
      ...{ kind: 'alarm', tenantId: 'ours', targetId: 'i-12345678901234567', at: NOW },
      ...{ alarmName: 'ServerCpuTooHigh', state: 'ALARM', causeKeys: ['alarm:ServerCpuTooHigh'] },
      watches: 'AWS/EC2 CPUUtilization',
    });
  });

  it('that are composite share a cause with those that triggered them', () => {
    const child = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ServerCpuTooHigh';
    const reasonData = JSON.stringify({ triggeringAlarms: [{ arn: child, state: { value: 'ALARM' } }] });
    const state = { ...alarmDetail().state, reasonData };
    const composite = {
      alarmName: 'Site down',
      configuration: { alarmRule: 'ALARM(ServerCpuTooHigh)' },
      state,
    };
    const signal = signalOf(delivered(ALARM, 'aws.cloudwatch', composite));
    expect(signal).toMatchObject({
      targetId: 'Site-down',
      causeKeys: ['alarm:Site down', 'alarm:ServerCpuTooHigh'],
    });
    const children = signalOf({ ...sns, Trigger: undefined, TriggeringChildren: [{ Arn: child }] });
    expect(children.causeKeys).toContain('alarm:ServerCpuTooHigh');
  });

  it('with metric maths, no dimensions or broken reason data are about themselves', () => {
    const state = { ...alarmDetail().state, reasonData: '{"cut' };
    const configuration = { metrics: [{ id: 'e1', expression: 'm1/m2' }] };
    expect(signalOf({ alarmData: { ...alarmDetail(), configuration, state } })).toMatchObject({
      targetId: 'ServerCpuTooHigh',
      causeKeys: ['alarm:ServerCpuTooHigh'],
    });
    expect(signalOf({ alarmData: { ...alarmDetail(), configuration, state } })).not.toHaveProperty('watches');
  });

  it('with several metrics watch the first that has a name', () => {
    const metric = (Namespace: string) => ({ MetricStat: { Metric: { Namespace, MetricName: 'Errors' } } });
    const Trigger = { Metrics: [{}, metric('AWS/Lambda'), metric('AWS/SQS')] };
    expect(signalOf({ ...sns, Trigger })).toMatchObject({ watches: 'AWS/Lambda Errors' });
  });

  it('are valid target names for any value of the dimension', () => {
    expect(toTargetId('app/my-alb/50dc6c495c0c9188')).toBe('app-my-alb-50dc6c495c0c9188');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expect(TargetId.safeParse(toTargetId(name)).success).toBe(true);
      }),
    );
  });
});

describe('internal messages', () => {
  const change = {
    kind: 'change',
    signalId: 'c',
    tenantId: 'acme',
    targetId: 'web-1',
    at: NOW,
    summary: 'v2',
  };

  it('bring changes and requests for quiet checks', () => {
    expect(signalOf({ signal: change })).toEqual(change);
    expect(parseMessage('{"quietCheck":"acme"}', 'ours')).toEqual({ kind: 'quiet-check', tenantId: 'acme' });
  });
});

it.each([
  ['text', 'no json'],
  ['an empty object', '{}'],
  ['an end without time', JSON.stringify(delivered('AnomalyEnded', 's', { id: 'x', metric: 'm' }))],
  ['an event that is not grouped', JSON.stringify(delivered('ForecastPublished', 's', {}))],
  ['an anomaly without metric', JSON.stringify(delivered('AnomalyDetected', 's', { id: 'x' }))],
  [
    'an alarm without time',
    JSON.stringify({ alarmData: { ...alarmDetail(), state: { value: 'OK', timestamp: '?' } } }),
  ],
  ['an unknown tenant name', '{"quietCheck":"A B"}'],
  ['a message within 14,000 others', `${'{"requestPayload":'.repeat(14_000)}1${'}'.repeat(14_000)}`],
  ...[{ tenantId: ' ' }, { targetId: '[]' }, { metric: '\uffff' }, { causeKeys: ['\ud800'] }].map(
    (wrong): [string, string] => [
      `an anomaly with ${JSON.stringify(wrong)}`,
      JSON.stringify(
        delivered('AnomalyDetected', 'forestall.anomalies', { ...anomalyDetail('web-1'), ...wrong }),
      ),
    ],
  ),
  [
    'an alarm whose name cannot be stored',
    JSON.stringify({ alarmData: { ...alarmDetail(), alarmName: 'a\ud800' } }),
  ],
])('%s is rejected as invalid input', (_, body) => {
  expect(() => parseMessage(body, 'ours')).toThrow(InvalidInputError);
});
