import { describe, expect, it } from 'vitest';
import { rowsAround } from '../../../../core/incidents/explaining/diagnosis-rows.ts';
import { alarmedTarget, targetsInReach } from '../../../../core/incidents/explaining/diagnosis-scope.ts';
import { nodeMetricsOf } from '../../../../core/incidents/explaining/node-metrics.ts';
import type { TargetMetric } from '../../../../core/metrics/targets/target.ts';

const grid = { from: 0, stepSeconds: 300, rows: 2 };
const history = (...points: readonly (readonly [number, number])[]) => ({
  timestamps: points.map(([at]) => at),
  values: points.map(([, value]) => value),
});
const read = (metrics: Readonly<Record<string, readonly [TargetMetric, ReturnType<typeof history>]>>) => {
  const kinds = Object.fromEntries(Object.entries(metrics).map(([name, [kind]]) => [name, kind]));
  const target = {
    tenantId: 't',
    targetId: 'x',
    profile: 'web',
    metrics: kinds,
    firstSeen: 0,
    lastSeen: 600,
  } as const;
  const histories = new Map(Object.entries(metrics).map(([name, [, points]]) => [name, points]));
  const { latency, availability, requests } = nodeMetricsOf({ target, histories }, grid);
  const listed = (values: Float64Array | null) => (values === null ? null : [...values]);
  return { latency: listed(latency), availability: listed(availability), requests: listed(requests) };
};
const gauge = (unit?: string): TargetMetric =>
  unit === undefined ? { kind: 'gauge' } : { kind: 'gauge', unit };

describe('metrics of any name as request metrics', () => {
  it('latency in seconds, averaged by row; rates as counts; gaps as NaN', () => {
    const found = read({
      latency_ms: [gauge('ms'), history([0, 100], [60, 300])],
      request_rate: [gauge('/s'), history([0, 2], [300, 4])],
    });
    expect(found).toEqual({ latency: [0.2, Number.NaN], availability: null, requests: [600, 1200] });
  });

  it('availability from errors in percent or as a ratio, or unchanged', () => {
    const of = (name: string, unit: string | undefined, value: number) =>
      read({ [name]: [gauge(unit), history([0, value], [300, 0])] }).availability;
    expect(of('error_rate', '%', 5)).toEqual([95, 100]);
    expect(of('http.error_ratio', '1', 0.25)).toEqual([75, 100]);
    expect(of('availability', '%', 99)).toEqual([99, 0]);
    expect(of('availability', undefined, 0.5)).toEqual([50, 0]);
  });

  it('requests from counters, across a restart, and from deltas', () => {
    const points = history([0, 10], [60, 15], [120, 5], [360, 8]);
    expect(read({ http_requests_total: [{ kind: 'counter' }, points] }).requests).toEqual([10, 3]);
    expect(read({ requests: [{ kind: 'delta' }, points] }).requests).toEqual([30, 8]);
  });

  it('the mean rather than a percentile', () => {
    const found = read({
      'latency_ms.p99': [gauge('ms'), history([0, 9000])],
      'latency_ms.avg': [gauge('ms'), history([0, 1000])],
    });
    expect(found.latency).toEqual([1, Number.NaN]);
  });
});

describe('the scope of a diagnosis', () => {
  const member = (targetId: string, firstAt: number) => ({ targetId, firstAt, key: targetId });
  const incident = (...targets: readonly string[]) =>
    ({ members: Object.fromEntries(targets.map((t, i) => [t, member(t, i)])) }) as never;
  const graph = {
    nodes: ['web', 'app', 'db', 'cache', 'far'],
    edges: [
      ['web', 'app'],
      ['app', 'db'],
      ['web', 'cache'],
      ['far', 'web'],
    ],
  } as const;

  it('includes callers and their callees, nearest first, and targets that are not in the graph', () => {
    expect(targetsInReach(incident('db', 'alien'), graph).slice(0, 2)).toEqual(['alien', 'db']);
    expect(new Set(targetsInReach(incident('db', 'alien'), graph))).toEqual(
      new Set(['db', 'alien', 'app', 'web', 'cache']),
    );
  });

  it('starts at the target that reaches most of the incident, then the one noticed first', () => {
    expect(alarmedTarget(incident('db', 'app', 'web'), graph, ['db', 'app', 'web'])).toBe('web');
    expect(alarmedTarget(incident('cache', 'db'), graph, ['db', 'cache'])).toBe('cache');
    expect(alarmedTarget(incident('db'), graph, [])).toBeUndefined();
  });

  it('has rows before and after the start, and a day of normal rows before them', () => {
    const { window, normal } = rowsAround(1_000_000, 1_000_900, 300);
    expect(window.from).toBeLessThanOrEqual(1_000_000 - 3600);
    expect(window.from + window.rows * 300).toBeGreaterThanOrEqual(1_000_900);
    expect(normal.from + normal.rows * 300).toBe(window.from);
  });
});
