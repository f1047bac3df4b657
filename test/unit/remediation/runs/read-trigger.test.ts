import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../core/remediation/cause.ts';
import { readTrigger } from '../../../../core/remediation/runs/read-trigger.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { NOW } from '../stored-samples.ts';

const OWN = 'platform-team';
const read = (message: unknown) => readTrigger(JSON.stringify(message), OWN);
const onBus = (type: string, detail: unknown) => ({ 'detail-type': type, source: 'any', detail });
const event = { id: 'e-1', tenantId: 'acme', occurredAt: '2026-11-21T10:00:00.000Z' };

const breach = {
  ...{
    ...event,
    runId: 'run-2',
    targetId: 'web-1',
    metric: 'cpu_percent',
    since: '2026-11-21T09:55:00.500Z',
  },
  ...{
    probability: 0.98,
    threshold: { direction: 'above', limit: 95 },
    reason: 'raised',
    severity: 'warning',
  },
  ...{ risk: 0.9, timeToImpactSeconds: null },
};
const proposal = {
  ...event,
  plan: { action: 'roll-back-deployment', targetId: 'web-1', changeId: 'c-1', from: '2', to: '1' },
  ...{ evidence: ['errors rose'], confidence: 0.8, expiresAt: '2026-11-21T11:00:00.000Z' },
};
const alarm = (value: string) => ({
  alarmName: 'HighCpu',
  state: { value, timestamp: '2026-11-21T10:05:00.000+0000' },
});
const snsAlarm = {
  ...{ AlarmName: 'HighCpu', NewStateValue: 'ALARM', StateChangeTime: '2026-11-21T10:05:00.000+0000' },
};

const cause: Cause = {
  ...{ kind: 'request', requestId: 'q-1', action: 'scale-out-group', resource: 'auto-scaling-group:web' },
  ...{ reason: 'launch day', requestedBy: 'ada' },
};

describe('a message of the queue', () => {
  it('that predicts a breach names the warning that stands', () => {
    expect(read(onBus('BreachPredicted', breach))).toEqual({
      ...{ kind: 'cause', tenantId: 'acme' },
      cause: { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu_percent', since: NOW - 600 },
    });
  });

  it('that repeats a warning leads to the same cause', () => {
    const again = {
      ...breach,
      id: 'e-9',
      occurredAt: '2026-11-21T10:04:00.000Z',
      reason: 'reminder',
      runId: 'r-9',
    };
    expect(read(onBus('BreachPredicted', again))).toEqual(read(onBus('BreachPredicted', breach)));
  });

  it('that proposes a roll-back names the change, and takes nothing else from it', () => {
    expect(read(onBus('RemediationProposed', proposal))).toEqual({
      ...{ kind: 'cause', tenantId: 'acme' },
      cause: { kind: 'unhealthy-deployment', changeId: 'c-1', targetId: 'web-1' },
    });
  });

  it.each(['RemediationVerified', 'RemediationBlocked'])('%s names the remediation', (type) => {
    const found = read(onBus(type, { ...event, remediationId: 'r-1' }));
    expect(found).toEqual({ kind: 'ended', tenantId: 'acme', remediationId: 'r-1' });
  });

  it.each(['IncidentOpened', 'IncidentUpdated'])('%s names the incident', (type) => {
    const detail = { ...event, incidentId: 'i-1', severity: 'high' };
    expect(read(onBus(type, detail))).toEqual({ kind: 'incident', tenantId: 'acme', incidentId: 'i-1' });
  });

  it.each([
    ['ALARM', 'begun'],
    ['OK', 'ended'],
    ['INSUFFICIENT_DATA', 'ended'],
  ])('with an alarm in the state %s is an alert that has %s, of the own tenant', (value, state) => {
    const alert = { kind: 'alert', tenantId: OWN, source: 'cloudwatch', name: 'HighCpu', state, sentAt: NOW };
    expect(read(onBus('CloudWatch Alarm State Change', alarm(value)))).toEqual(alert);
    expect(read({ ...snsAlarm, NewStateValue: value })).toEqual(alert);
  });

  it('with an alarm cannot choose its tenant', () => {
    const detail = { ...alarm('ALARM'), tenantId: 'acme' };
    expect(read(onBus('CloudWatch Alarm State Change', detail))).toMatchObject({ tenantId: OWN });
    expect(read({ ...snsAlarm, tenantId: 'acme' })).toMatchObject({ tenantId: OWN });
  });
});

describe('a message that is no cause is refused, and says what is wrong', () => {
  const { targetId: _, ...noTarget } = breach;
  it.each([
    [
      'an event that starts nothing',
      onBus('BreachCleared', breach),
      'found event "BreachCleared", which starts no',
    ],
    ['a breach without a target', onBus('BreachPredicted', noTarget), 'BreachPredicted: targetId'],
    [
      'a breach since no time',
      onBus('BreachPredicted', { ...breach, since: 'long ago' }),
      'BreachPredicted: since',
    ],
    [
      'a breach that ended',
      onBus('BreachPredicted', { ...breach, reason: 'ended' }),
      'BreachPredicted: reason',
    ],
    [
      'a tenant that is none',
      onBus('IncidentOpened', { tenantId: 'A B', incidentId: 'i' }),
      'IncidentOpened: tenantId',
    ],
    ['a proposal without a plan', onBus('RemediationProposed', event), 'RemediationProposed: plan'],
    ['an event without a detail', onBus('IncidentOpened', undefined), 'event: detail'],
    ['an alarm in no state', onBus('CloudWatch Alarm State Change', { alarmName: 'x' }), 'state'],
    ['an alarm at no time', { ...snsAlarm, StateChangeTime: 'soon' }, 'expected ISO 8601'],
    ['a request in the name of a person', { remediation: { tenantId: 'acme', cause } }, 'alarm'],
    ['an alert of another source', { alert: { tenantId: 'acme', source: 'webhook', name: 'x' } }, 'alarm'],
    ['an event of no type', { 'detail-type': 7, detail: {} }, 'event: detail-type'],
    ['a list', [], 'alarm'],
    ['null', null, 'alarm'],
  ])('%s', (_name, message, text) => {
    expect(() => read(message)).toThrow(InvalidInputError);
    expect(() => read(message)).toThrow(text);
  });

  it('text that is not JSON', () => {
    expect(() => readTrigger('not JSON', OWN)).toThrow('the message is not JSON');
  });

  it('whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(() => readTrigger(body, OWN)).toThrow(InvalidInputError);
      }),
    );
  });
});
