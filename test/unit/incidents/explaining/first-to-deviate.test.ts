import { describe, expect, it } from 'vitest';
import { deviationsByTarget } from '../../../../core/incidents/explaining/deviations.ts';
import { rowsAround } from '../../../../core/incidents/explaining/diagnosis-rows.ts';
import { rankFirstToDeviate } from '../../../../core/incidents/explaining/first-to-deviate.ts';
import { reportCauses } from '../../../../core/incidents/explaining/report-causes.ts';
import { NOW } from './samples.ts';

const STEP = 300;
const START = NOW - 1800;
const rows = rowsAround(START, NOW, STEP);
const POINTS = 400;
const timestamps = Array.from(
  { length: POINTS },
  (_, i) => Math.floor(NOW / STEP) * STEP - (POINTS - 1 - i) * STEP,
);

/** Values of a metric around 50 that move by `by` from `since` on. */
const moved = (since: number, by: number, wobble = 1) =>
  timestamps.map((at, i) => 50 + wobble * Math.sin(i) + (at >= since ? by : 0));
const target = (targetId: string, metrics: Record<string, readonly number[]>) => ({
  target: {
    ...{ tenantId: 'acme', targetId, profile: 'web' as const, firstSeen: 0, lastSeen: NOW },
    metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, { kind: 'gauge' as const }])),
  },
  histories: new Map(Object.entries(metrics).map(([name, values]) => [name, { timestamps, values }])),
});
const incidentOf = (...reported: readonly (readonly [targetId: string, metric: string, at: number])[]) => ({
  ...{ incidentId: 'i', tenantId: 'acme', status: 'open' as const, severity: 'high' as const },
  ...{ startedAt: START, lastAt: NOW, detectedAt: START, reopenCount: 0 },
  ...{ causeKeys: [], changes: [], timeline: [], seen: [] },
  members: Object.fromEntries(
    reported.map(([targetId, metric, firstAt]) => {
      const key = JSON.stringify(['acme', targetId, 'anomaly', metric]);
      const common = { kind: 'anomaly' as const, lastAt: NOW, count: 1, isActive: true, confidence: 0.8 };
      return [key, { ...common, key, targetId, firstAt, impactAt: null }];
    }),
  ),
});
const ranked = (incident: ReturnType<typeof incidentOf>, ...data: readonly ReturnType<typeof target>[]) =>
  rankFirstToDeviate(deviationsByTarget(data, rows, incident), STEP);

describe('the first target to deviate', () => {
  it('is the earliest and farthest one, and metrics with signals count double', () => {
    const early = target('early', { cpu_percent: moved(START, 30) });
    const late = target('late', { cpu_percent: moved(START + 900, 30) });
    const found = ranked(incidentOf(['early', 'cpu_percent', START]), late, early);
    expect(found.map(({ node }) => node)).toEqual(['early', 'late']);
    expect(found[1]!.evidence).toContain('it deviated 15 min after the first target');
    const swapped = ranked(incidentOf(['late', 'cpu_percent', START]), late, early);
    expect(swapped.map(({ node }) => node)).toEqual(['late', 'early']);
  });

  it('ignores a target whose metric deviated as much long before', () => {
    const off = target('off', { cpu_percent: moved(START - 4000, 30) });
    expect(ranked(incidentOf(['other', 'cpu_percent', START]), off)).toEqual([]);
  });

  it('ignores a target whose disk was cleaned up, reported or not', () => {
    const cleaned = target('cleaned', { disk_percent: moved(START, -30) });
    expect(ranked(incidentOf(['cleaned', 'disk_percent', START]), cleaned)).toEqual([]);
    expect(ranked(incidentOf(), cleaned)).toEqual([]);
    const idle = target('idle', { sessions: moved(START, -30) });
    expect(ranked(incidentOf(), idle).map(({ node }) => node)).toEqual(['idle']);
  });

  it('includes a target with signals even if the day before does not show a deviation', () => {
    const slow = target('slow', { memory_percent: moved(START, 1.5) });
    const [first] = ranked(incidentOf(['slow', 'memory_percent', START + 300]), slow);
    expect(first!.evidence[0]).toBe("memory_percent is one of the incident's signals");
    const without = { ...slow, histories: new Map([['memory_percent', { timestamps: [], values: [] }]]) };
    expect(ranked(incidentOf(['slow', 'memory_percent', START]), without)).toHaveLength(1);
  });
});

describe('an incident of resources alone', () => {
  const full = target('db', { disk_percent: moved(START, 40), latency_ms: moved(NOW + 1, 0) });
  const calm = target('web', { latency_ms: moved(NOW + 1, 0) });
  const graph = {
    ...{ tenantId: 'acme', version: 'v', nodes: ['db', 'web'] },
    edges: [
      { caller: 'web', callee: 'db', source: 'declared' as const, confidence: 1, calls: null, lastSeen: NOW },
    ],
  };
  const incident = incidentOf(['db', 'disk_percent', START]);
  const material = {
    ...{ graph, data: [full, calm], changes: [], past: [], now: NOW },
    stored: { incident, version: 1, pending: [] },
  };

  it('is not explained by random movements of latency', () => {
    const report = reportCauses(material);
    expect(report).toMatchObject({ method: 'first-to-deviate', metric: undefined, signature: { db: 1 } });
    expect(report.causes[0]).toMatchObject({ node: 'db' });
    expect(report.causes[0]!.recommendation).toContain('free or add space');
  });

  it('is compared with earlier ones of its kind', () => {
    const past = {
      ...{
        incidentId: 'old',
        metric: 'any' as const,
        signature: { db: 0.9 },
        cause: 'db',
      },
      ...{ isConfirmed: true as const, fixedBy: 'logs rotated' },
    } as const;
    const report = reportCauses({ ...material, past: [past] });
    expect(report.similar).toHaveLength(1);
    expect(report.causes[0]!.recommendation).toContain('try the fix of incident old: logs rotated');
  });
});
