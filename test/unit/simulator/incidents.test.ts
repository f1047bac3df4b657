import { describe, expect, it } from 'vitest';
import {
  type Fleet,
  INCIDENT_KINDS,
  type Incident,
  SIMULATED_METRICS,
  type SimulatedMetric,
} from '../../../core/simulator/fleet.ts';
import { toLabels } from '../../../core/simulator/fleet-output.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';

const END = Date.UTC(2026, 10, 20, 12) / 1000;
const BASE = { seed: 5, servers: 20, days: 14, stepSeconds: 300, endAt: END };
const fleet = simulateFleet({ ...BASE, incidents: 16 });
/** The same fleet without incidents: every difference is caused by an incident. */
const healthy = simulateFleet({ ...BASE, incidents: 0 });

const indexAt = ({ start, stepSeconds, steps }: Fleet, at: number): number =>
  Math.min(steps - 1, Math.max(0, Math.floor((at - start) / stepSeconds)));

/** Mean relative change of a series within the second half of an incident, when it is well developed. */
const shift = (incident: Incident, target: string, metric: SimulatedMetric): number => {
  const from = indexAt(fleet, (incident.start + Math.min(incident.end, END)) / 2);
  const to = indexAt(fleet, incident.end);
  const seen = fleet.generate(target).metrics[metric].slice(from, to);
  const usual = healthy.generate(target).metrics[metric].slice(from, to);
  return seen.reduce((sum, value, i) => sum + Math.abs(value - usual[i]!) / (usual[i]! + 1), 0) / seen.length;
};

describe('injected incidents', () => {
  it('include every kind', () => {
    expect(new Set(fleet.incidents.map(({ kind }) => kind))).toEqual(new Set(INCIDENT_KINDS));
    expect(fleet.incidents.length).toBeGreaterThanOrEqual(14);
  });

  it.each(fleet.incidents.map((incident) => [incident.kind, incident] as const))(
    '%s shows in the metric of its root cause, and in every series it names',
    (_, incident) => {
      const { target, metric } = incident.rootCause;
      expect(shift(incident, target, metric)).toBeGreaterThan(0.06);
      for (const affected of incident.affected) {
        for (const name of affected.metrics)
          expect(shift(incident, affected.target, name)).toBeGreaterThan(0);
      }
    },
  );

  it('change little outside their labels, and nothing before the first of them', () => {
    const first = fleet.incidents[0]!.start;
    for (const { id } of fleet.servers) {
      const labels = fleet.incidents.flatMap(({ start, end, affected }) =>
        affected.filter(({ target }) => target === id).map(({ metrics }) => ({ start, end, metrics })),
      );
      const seen = fleet.generate(id).metrics;
      const usual = healthy.generate(id).metrics;
      for (const metric of SIMULATED_METRICS) {
        const windows = labels.filter(({ metrics }) => metrics.includes(metric));
        const strays = seen[metric].filter((value, index) => {
          const at = fleet.start + index * 300;
          if (windows.some(({ start, end }) => at >= start && at <= end)) return false;
          const most = at < first ? 0 : 0.15 * usual[metric][index]!;
          return Math.abs(value - usual[metric][index]!) > most;
        });
        expect(strays.length).toBe(0);
      }
    }
  });

  it('keep apart from each other on a server', () => {
    for (const { id } of fleet.servers) {
      const own = fleet.incidents.filter(({ affected }) => affected.some(({ target }) => target === id));
      for (const [index, later] of own.entries()) {
        const before = own[index - 1];
        if (before !== undefined) expect(later.start).toBeGreaterThanOrEqual(before.end + 6 * 3600);
      }
    }
  });

  it('of two slow kinds are still developing when the data ends, short of full', () => {
    const developing = fleet.incidents.filter(({ end }) => end > END);
    expect(developing.map(({ kind }) => kind).sort()).toEqual(['disk-filling', 'memory-leak']);
    for (const { rootCause } of developing) {
      const values = fleet.generate(rootCause.target).metrics[rootCause.metric];
      expect(values.at(-1)).toBeGreaterThan(values[0]!);
      expect(values.at(-1)).toBeLessThan(95);
    }
  });

  it('spread along calls: a surge to callees, a failing dependency to its callers', () => {
    const calls = new Map(fleet.servers.map(({ id, calls }) => [id, calls]));
    const surge = fleet.incidents.find(({ kind }) => kind === 'traffic-surge')!;
    const direct = surge.affected.filter(({ hops }) => hops === 1).map(({ target }) => target);
    expect(direct.sort()).toEqual([...calls.get(surge.rootCause.target)!].sort());
    const failure = fleet.incidents.find(({ kind }) => kind === 'dependency-failure')!;
    for (const { target, hops } of failure.affected.filter((affected) => affected.hops === 1)) {
      expect(hops).toBe(1);
      expect(calls.get(target)).toContain(failure.rootCause.target);
    }
  });

  it('name the deployment that caused a latency regression, and its rollback', () => {
    const regression = fleet.incidents.find(({ kind }) => kind === 'latency-regression')!;
    const change = fleet.changes.find(({ id }) => id === regression.changeId)!;
    expect(change).toMatchObject({
      kind: 'deployment',
      target: regression.rootCause.target,
      at: regression.start,
    });
    const rollback = fleet.changes.find(({ id }) => id === `${regression.changeId}-rollback`);
    expect(rollback).toMatchObject({ kind: 'rollback', at: regression.end });
  });

  it('repeat one value during a flat line', () => {
    const flat = fleet.incidents.find(({ kind }) => kind === 'flat-line')!;
    const values = fleet.generate(flat.rootCause.target).metrics.cpu_percent;
    const window = values.slice(indexAt(fleet, flat.start) + 1, indexAt(fleet, flat.end));
    expect(new Set(window).size).toBe(1);
  });

  it('are written as labels with ISO times, with the root cause first', () => {
    const labels = toLabels(fleet);
    expect(labels.end).toBe('2026-11-20T12:00:00Z');
    for (const incident of labels.incidents) {
      expect(incident.start).toMatch(/^2026-11-\d\dT\d\d:\d\d:00Z$/);
      expect(incident.affected[0]?.target).toBe(incident.rootCause.target);
    }
    expect(labels.changes.length).toBeGreaterThan(20);
  });

  it('are replaced if no server can host them: a fleet of one database has no surge', () => {
    const shares = { web: 0, app: 0, database: 1, batch: 0 };
    const small = simulateFleet({ ...BASE, servers: 1, shares, incidents: 7 });
    expect(small.incidents.some(({ kind }) => kind === 'traffic-surge')).toBe(false);
    expect(small.incidents.length).toBeGreaterThan(0);
  });
});
