import { describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  componentOf,
  componentOfIncident,
  componentOfMember,
} from '../../../core/incidents/component.ts';
import { joinMembers, memberOf } from '../../../core/incidents/members.ts';
import type { TriggerSignal } from '../../../core/incidents/signal.ts';

const anomaly = (targetId: string, metric: string, at = 1000, confidence = 0.9): TriggerSignal => ({
  ...{ kind: 'anomaly', signalId: `${targetId}/${metric}`, tenantId: 't', targetId, at, metric, confidence },
});
const alarm = (alarmName: string, at = 1000, watches?: string): TriggerSignal => ({
  ...{ kind: 'alarm', signalId: alarmName, tenantId: 't', targetId: 'x', at, alarmName, state: 'ALARM' },
  ...(watches === undefined ? {} : { watches }),
});
const incident = (...signals: TriggerSignal[]) => {
  const members = signals.map((signal) => memberOf(signal)).map((member) => [member.key, member] as const);
  return { members: Object.fromEntries(members), startedAt: Math.min(...signals.map(({ at }) => at)) };
};

describe('component of a metric or an alarm', () => {
  it.each([
    ['compute', { name: 'cpu_percent' }],
    ['memory', { name: 'jvm.memory.used{area="heap"}' }],
    ['storage', { name: 'node_filesystem_avail_bytes' }],
    ['network', { name: 'NetworkIn', namespace: 'AWS/EC2' }],
    ['database', { name: 'CPUUtilization', namespace: 'AWS/RDS' }],
    ['queue', { name: 'ApproximateNumberOfMessagesVisible' }],
    ['function', { name: 'Throttles', namespace: 'AWS/Lambda' }],
    ['api', { name: 'http.server.request.duration' }],
    ['deployment', { name: 'canary-failed' }],
    ['unknown', { name: 'room_temperature' }],
  ] as const)('%s: %o', (component, subject) => {
    expect(componentOf(subject)).toBe(component);
    expect(COMPONENTS).toContain(component);
  });

  it('prefers the service to the resource that runs short in it', () => {
    expect(componentOf({ name: 'orders-db-cpu-high' })).toBe('database');
    expect(componentOf({ name: 'cpu_percent', target: 'database-1' })).toBe('compute');
  });

  it('classifies the queue of a disk as storage', () => {
    expect(componentOf({ name: 'VolumeQueueLength' })).toBe('storage');
    expect(componentOf({ name: 'disk_queue_depth' })).toBe('storage');
  });

  it('attributes requests to the service in the name of the target, else to the API', () => {
    expect(componentOf({ name: 'latency_ms', target: 'orders-db' })).toBe('database');
    expect(componentOf({ name: 'request_rate', target: 'checkout' })).toBe('api');
    expect(componentOf({ name: 'error_rate' })).toBe('api');
  });

  it('uses the metric of an alarm whose name has no meaning, for either delivery', () => {
    const bare = memberOf(alarm('TooHigh'));
    const named = memberOf(alarm('TooHigh', 1000, 'AWS/RDS CPUUtilization'));
    const other = memberOf(alarm('TooHigh', 1000, 'AWS/SQS NumberOfMessagesSent'));
    expect(componentOfMember(bare)).toBe('unknown');
    expect(componentOfMember(joinMembers(bare, named))).toBe('database');
    expect(joinMembers(named, bare)).toEqual(joinMembers(bare, named));
    expect(joinMembers(named, other)).toEqual(joinMembers(other, named));
  });

  it('reads a member by its metric or alarm', () => {
    expect(componentOfMember(memberOf(anomaly('orders-db', 'latency_ms')))).toBe('database');
    expect(componentOfMember(memberOf(alarm('payments-queue-backlog')))).toBe('queue');
    expect(componentOfMember({ ...memberOf(alarm('a')), key: '"no list"' })).toBe('unknown');
  });
});

describe('component of an incident', () => {
  it('is that of most of its members, by weight', () => {
    expect(
      componentOfIncident(
        incident(anomaly('a', 'memory_percent'), anomaly('b', 'memory_percent'), anomaly('c', 'cpu')),
      ),
    ).toBe('memory');
    expect(componentOfIncident(incident(anomaly('c', 'room')))).toBe('unknown');
    expect(componentOfIncident({ members: {}, startedAt: 0 })).toBe('unknown');
  });

  it('gives early and confident members more weight, and mere symptoms less', () => {
    expect(componentOfIncident(incident(anomaly('a', 'disk', 1000), anomaly('b', 'cpu', 4000)))).toBe(
      'storage',
    );
    expect(componentOfIncident(incident(anomaly('a', 'disk', 4000), anomaly('b', 'cpu', 1000)))).toBe(
      'compute',
    );
    expect(componentOfIncident(incident(anomaly('a', 'disk', 1000, 0.5), anomaly('b', 'memory')))).toBe(
      'memory',
    );
    expect(componentOfIncident(incident(anomaly('a', 'cpu'), alarm('sqs-age')))).toBe('queue');
    expect(componentOfIncident(incident(anomaly('a', 'latency_ms'), anomaly('a', 'memory_percent')))).toBe(
      'memory',
    );
  });

  it('is known if that of any member is, and does not depend on the order of members', () => {
    const signals = [anomaly('a', 'room'), anomaly('b', 'room'), anomaly('c', 'cpu'), anomaly('d', 'disk')];
    expect(componentOfIncident(incident(...signals))).toBe('compute');
    expect(componentOfIncident(incident(...signals.toReversed()))).toBe('compute');
  });
});
