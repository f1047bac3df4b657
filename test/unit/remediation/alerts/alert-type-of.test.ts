import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertTypeOf, type ProblemFacts } from '../../../../core/remediation/alerts/alert-type-of.ts';
import { actionsFor, findAlertType } from '../../../../core/remediation/alerts/alert-types.ts';
import type { CauseKind } from '../../../../core/remediation/cause.ts';

const facts = (more: Partial<ProblemFacts>): ProblemFacts => ({
  cause: 'predicted-breach',
  metric: null,
  direction: null,
  isSilent: false,
  isGradual: false,
  hasChange: false,
  alarm: null,
  ...more,
});
const typeOf = (more: Partial<ProblemFacts>): string => alertTypeOf(facts(more)).id;
const ofMetric = (name: string, more: Partial<ProblemFacts> = {}): string =>
  typeOf({ metric: { name }, direction: 'above', ...more });

const CAUSES: readonly CauseKind[] = [
  'predicted-breach',
  'incident',
  'unhealthy-deployment',
  'alert',
  'request',
];

describe('the alert type of a metric', () => {
  it.each([
    ['cpu_percent', 'above', 'cpu-high'],
    ['CPUUtilization', 'above', 'cpu-high'],
    ['CPUUtilization', 'below', 'idle-capacity'],
    ['memory_percent', 'above', 'memory-high'],
    ['node_memory_MemAvailable_bytes', 'below', 'memory-high'],
    ['node_memory_MemAvailable_bytes', 'above', 'unclassified'],
    ['disk_percent', 'above', 'disk-full'],
    ['FreeStorageSpace', 'below', 'disk-full'],
    ['FreeStorageSpace', 'above', 'unclassified'],
    ['network_mbps', 'above', 'network-saturated'],
    ['latency_ms', 'above', 'latency-high'],
    ['latency_ms', 'below', 'unclassified'],
    ['error_rate', 'above', 'errors-high'],
    ['HTTPCode_Target_5XX_Count', 'above', 'errors-high'],
    ['request_rate', 'above', 'traffic-surge'],
    ['request_rate', 'below', 'traffic-drop'],
    ['kube_pod_container_status_restarts_total', 'above', 'crash-loop'],
    ['StatusCheckFailed', 'above', 'host-down'],
    ['HealthyHostCount', 'below', 'host-down'],
    ['HealthyHostCount', 'above', 'unclassified'],
    ['UnHealthyHostCount', 'above', 'host-down'],
    ['ApproximateAgeOfOldestMessage', 'above', 'queue-backlog'],
    ['IteratorAge', 'above', 'queue-backlog'],
    ['orders_dlq_messages', 'above', 'dead-letters'],
    ['Throttles', 'above', 'throttled'],
    ['ReadThrottleEvents', 'above', 'throttled'],
    ['DaysToExpiry', 'below', 'certificate-expiry'],
    ['DatabaseConnections', 'above', 'database-connections'],
    ['db.client.connections.usage', 'above', 'database-connections'],
    ['service_quota_usage', 'above', 'quota-near'],
    ['temperature', 'above', 'unclassified'],
  ] as const)('%s going %s is %s', (name, direction, expected) => {
    expect(ofMetric(name, { direction })).toBe(expected);
  });

  it('is a leak if memory grows steadily', () => {
    expect(ofMetric('memory_percent', { isGradual: true })).toBe('memory-leak');
    expect(ofMetric('cpu_percent', { isGradual: true })).toBe('cpu-high');
  });

  it('follows the owner’s own reading of a metric', () => {
    const metric = { name: 'cpu_percent', own: { harm: 'fall' as const } };
    expect(typeOf({ metric, direction: 'above' })).toBe('idle-capacity');
    expect(typeOf({ metric: { name: 'cpu_percent', own: { harm: 'none' } }, direction: 'above' })).toBe(
      'unclassified',
    );
  });

  it('takes an unknown direction for harm, except of requests, which may harm both ways', () => {
    expect(ofMetric('cpu_percent', { direction: null })).toBe('cpu-high');
    expect(ofMetric('request_rate', { direction: null })).toBe('unclassified');
  });
});

describe('the alert type of an alarm', () => {
  it.each([
    ['orders-db-connections-high AWS/RDS DatabaseConnections', 'database-connections'],
    ['checkout deployment failed', 'failed-deployment'],
    ['tls certificate expires soon', 'certificate-expiry'],
    ['api token expiry', 'secret-expiry'],
    ['stack drift detected', 'configuration-drift'],
    ['pods crash looping', 'crash-loop'],
    ['web host unreachable', 'host-down'],
    ['node not ready', 'host-down'],
    ['payments cpu', 'cpu-high'],
    ['something odd', 'unclassified'],
  ])('%s is %s', (alarm, expected) => {
    expect(typeOf({ cause: 'incident', alarm })).toBe(expected);
  });
});

describe('the alert type of a cause', () => {
  it('of a deployment or of an incident with a change near its onset is a failed deployment', () => {
    expect(ofMetric('cpu_percent', { cause: 'unhealthy-deployment' })).toBe('failed-deployment');
    expect(ofMetric('cpu_percent', { cause: 'incident', hasChange: true })).toBe('failed-deployment');
    expect(ofMetric('cpu_percent', { hasChange: true })).toBe('cpu-high');
  });

  it('of a request is what the person asks for', () => {
    expect(typeOf({ cause: 'request' })).toBe('requested');
  });

  it('of missing points is that telemetry is missing', () => {
    expect(ofMetric('cpu_percent', { isSilent: true, cause: 'incident' })).toBe('telemetry-missing');
  });

  it.each(CAUSES)(
    '%s always leads to actions, to a reason why people are only told, or to their choice',
    (cause) => {
      const names = fc.oneof(
        fc.constantFrom('cpu_percent', 'request_rate', 'FreeStorageSpace', 'Throttles', 'latency_ms', 'x'),
        fc.string({ maxLength: 30 }),
      );
      const any = fc.record({
        cause: fc.constant(cause),
        metric: fc.option(fc.record({ name: names })),
        direction: fc.constantFrom('above' as const, 'below' as const, null),
        isSilent: fc.boolean(),
        isGradual: fc.boolean(),
        hasChange: fc.boolean(),
        alarm: fc.option(names),
      });
      fc.assert(
        fc.property(any, (given) => {
          const type = alertTypeOf(given);
          expect(findAlertType(type.id)).toBe(type);
          const { response } = type;
          if (response.kind === 'notify-only') expect(response.reason).toMatch(/\.$/);
          if (response.kind === 'act') expect(actionsFor(type).length).toBeGreaterThan(0);
          expect(response.kind === 'as-requested').toBe(cause === 'request');
        }),
      );
    },
  );
});
