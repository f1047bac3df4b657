import { describe, expect, it } from 'vitest';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { drawCalls } from '../../../core/simulator/calls.ts';
import type { ServerMetrics, SimulatedProfile, SimulatedServer } from '../../../core/simulator/fleet.ts';
import { toCsvRows, toMetricSeries } from '../../../core/simulator/fleet-output.ts';
import { toIngestBodies } from '../../../core/simulator/ingest-body.ts';
import { routineDeployments } from '../../../core/simulator/routine-changes.ts';
import { drawTraits } from '../../../core/simulator/server-traits.ts';
import { buildServers, DEFAULT_SHARES } from '../../../core/simulator/topology.ts';

const server = (id: string, profile: SimulatedProfile, cell = 0): SimulatedServer => ({
  ...{ id, profile, cell, calls: [] },
});

describe('routine deployments', () => {
  const web = server('web-001', 'web');

  it('start after the first wait, lie on whole minutes, are numbered, and stay within the time', () => {
    const start = 1_000_020;
    const changes = routineDeployments(7, web, start, start + 400 * DAY_SECONDS);
    expect(changes.map(({ id, version }) => [id, version])).toEqual(
      changes.map((_, i) => [`web-001-deployment-${i + 1}`, `v${i + 1}`]),
    );
    for (const { at, kind, target } of changes) {
      expect([at % 60, kind, target]).toEqual([0, 'deployment', 'web-001']);
      expect(at).toBeGreaterThanOrEqual(start - 60);
      expect(at).toBeLessThanOrEqual(start + 400 * DAY_SECONDS);
    }
    expect(changes.map(({ at }) => at)).toEqual(changes.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('are four days apart on average, and differ between servers and seeds', () => {
    const days = 4000;
    const changes = routineDeployments(7, web, 0, days * DAY_SECONDS);
    expect(days / changes.length).toBeGreaterThan(3.5);
    expect(days / changes.length).toBeLessThan(4.5);
    const others = [
      routineDeployments(8, web, 0, days * DAY_SECONDS),
      routineDeployments(7, server('web-002', 'web'), 0, days * DAY_SECONDS),
    ];
    for (const other of others) expect(other[0]?.at).not.toBe(changes[0]?.at);
    expect(routineDeployments(7, web, 0, days * DAY_SECONDS)).toEqual(changes);
  });
});

describe('calls within a cell', () => {
  const fleet = buildServers(5, 60, DEFAULT_SHARES);
  const profileOf = (id: string) => fleet.find((other) => other.id === id)?.profile;

  it('go to the profile below, within the cell, each callee once and in order', () => {
    for (const { profile, calls, cell } of fleet) {
      const callees = { web: 'app', app: 'database', batch: 'database', database: undefined }[profile];
      expect(calls.length).toBe({ web: 2, app: 1, batch: 1, database: 0 }[profile]);
      expect(new Set(calls).size).toBe(calls.length);
      expect(calls).toEqual(calls.toSorted());
      for (const id of calls) {
        expect(profileOf(id)).toBe(callees);
        expect(fleet.find((other) => other.id === id)?.cell).toBe(cell);
      }
    }
  });

  it('of a batch job are four times as many as a page would make', () => {
    const store = [{ at: 0, server: server('database-001', 'database') }];
    const perRequest = (profile: SimulatedProfile, seed: number) =>
      drawCalls(seed, server('caller', profile), store)[0]?.perRequest ?? Number.NaN;
    for (const seed of [1, 2, 3]) expect(perRequest('batch', seed)).toBe(4 * perRequest('app', seed));
    const two = [...store, { at: 1, server: server('database-002', 'database') }];
    const drawn = drawCalls(1, server('caller', 'app'), two);
    expect(drawn.map(({ callee }) => callee)).toEqual([0, 1]);
    expect(drawn[0]?.perRequest).not.toBe(drawn[1]?.perRequest);
  });
});

describe('the time zone of a server', () => {
  it('is that of its cell, in turn', () => {
    const hours = [0, 1, 2, 3, 4].map(
      (cell) => drawTraits(1, server('web-1', 'web', cell)).zoneSeconds / 3600,
    );
    expect(hours).toEqual([0, -5, 8, 1, 0]);
  });
});

describe('the series of a server', () => {
  const of = (...values: number[]) => Float64Array.from(values);
  const data: ServerMetrics = {
    ...{ server: server('web-001', 'web'), start: 1_000_000_000, stepSeconds: 300 },
    metrics: {
      ...{ cpu_percent: of(1, Number.NaN, 3), memory_percent: of(4, 5, 6), disk_percent: of(7, 8, 9) },
      ...{ network_mbps: of(1, 1, 1), request_rate: of(2, 2, 2), latency_ms: of(3, 3, 3) },
    },
  };
  const cpu = toMetricSeries(data).find(({ metric }) => metric === 'cpu_percent');

  it('have the time of each point that exists', () => {
    expect(cpu).toMatchObject({ timestamps: [1_000_000_000, 1_000_000_600], values: [1, 3], unit: '%' });
  });

  it('are rows of CSV with ISO times', () => {
    expect([...toCsvRows(data)].slice(0, 2)).toEqual([
      '2001-09-09T01:46:40Z,web-001,cpu_percent,1,web,%\n',
      '2001-09-09T01:56:40Z,web-001,cpu_percent,3,web,%\n',
    ]);
  });

  it('are split over bodies with their times, and carry unit and profile only if known', () => {
    const bare = {
      targetId: 't',
      metric: 'm',
      kind: 'gauge',
      timestamps: [1, 2, 3],
      values: [4, 5, 6],
    } as const;
    const bodies = [...toIngestBodies([bare, { ...bare, unit: 'ms', profile: 'web' }], 4)];
    const series = bodies.flatMap(({ body }) => body.series);
    expect(series.map(({ timestamps }) => timestamps)).toEqual([[1, 2, 3], [1], [2, 3]]);
    expect(series.map(({ values }) => values)).toEqual([[4, 5, 6], [4], [5, 6]]);
    expect(Object.keys(series[0] ?? {})).toEqual(['target', 'metric', 'kind', 'timestamps', 'values']);
    expect(series[1]).toMatchObject({ unit: 'ms', profile: 'web' });
  });
});
