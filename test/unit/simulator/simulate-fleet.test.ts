import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { type Fleet, type FleetOptions, SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';
import { FLEET_CSV_HEADER, toCsvRows, toLabels } from '../../../core/simulator/fleet-output.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';

const END = Date.UTC(2026, 10, 20, 12) / 1000;
const options = (more: Partial<FleetOptions> = {}): FleetOptions => ({
  seed: 1,
  servers: 10,
  days: 7,
  stepSeconds: 300,
  endAt: END,
  ...more,
});

const bytesOf = (fleet: Fleet, order = fleet.servers.map(({ id }) => id)): Map<string, string> =>
  new Map(
    order.map((id) => [
      id,
      createHash('sha256')
        .update([...toCsvRows(fleet.generate(id))].join(''))
        .digest('hex'),
    ]),
  );
const hashOf = (fleet: Fleet): string => {
  const hash = createHash('sha256').update(JSON.stringify(toLabels(fleet)));
  for (const data of fleet) for (const row of toCsvRows(data)) hash.update(row);
  return hash.digest('hex');
};

describe('a simulated fleet', () => {
  it('is identical for the same seed and different for another', () => {
    expect(hashOf(simulateFleet(options()))).toBe(hashOf(simulateFleet(options())));
    expect(hashOf(simulateFleet(options({ seed: 2 })))).not.toBe(hashOf(simulateFleet(options())));
  });

  it('gives a server the same values for any order of generation', () => {
    const fleet = simulateFleet(options());
    const ids = fleet.servers.map(({ id }) => id);
    const forwards = bytesOf(fleet, ids);
    const backwards = bytesOf(fleet, [...ids].reverse());
    for (const id of ids) expect(backwards.get(id)).toBe(forwards.get(id));
  });

  it('assigns profiles by share, and servers call only servers of their own cell', () => {
    const { servers } = simulateFleet(options({ servers: 100, days: 1 }));
    const count = (profile: string): number => servers.filter((server) => server.profile === profile).length;
    expect([count('web'), count('app'), count('database'), count('batch')]).toEqual([40, 30, 20, 10]);
    const byId = new Map(servers.map((server) => [server.id, server]));
    for (const server of servers) {
      for (const callee of server.calls) expect(byId.get(callee)?.cell).toBe(server.cell);
    }
    expect(servers.filter(({ profile }) => profile === 'web').every(({ calls }) => calls.length > 0)).toBe(
      true,
    );
  });

  it('accepts other shares', () => {
    const shares = { web: 0, app: 0, database: 1, batch: 0 };
    const { servers } = simulateFleet(options({ shares }));
    expect(servers.every(({ profile }) => profile === 'database')).toBe(true);
  });

  it('ends at the newest step that is not after endAt, with exactly the requested steps', () => {
    const fleet = simulateFleet(options({ endAt: END + 123.5, days: 2 }));
    const { start, metrics } = fleet.generate('web-001');
    expect(metrics.cpu_percent.length).toBe(576);
    expect(start + 575 * 300).toBe(END);
  });

  it('keeps every value finite, percentages in 0-100 and the rest non-negative, for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (seed, servers) => {
        for (const { metrics } of simulateFleet(options({ seed, servers, days: 1, incidents: 8 }))) {
          for (const metric of SIMULATED_METRICS) {
            const top = metric.endsWith('_percent') ? 100 : Number.MAX_VALUE;
            expect(metrics[metric].every((value) => value >= 0 && value <= top)).toBe(true);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('drops about the requested share of points, and writes no row for them', () => {
    const whole = simulateFleet(options({ servers: 1 })).generate('web-001');
    const holey = simulateFleet(options({ servers: 1, missingShare: 0.1 })).generate('web-001');
    const missing = [...holey.metrics.cpu_percent].filter(Number.isNaN).length;
    expect(missing / holey.metrics.cpu_percent.length).toBeGreaterThan(0.07);
    expect(missing / holey.metrics.cpu_percent.length).toBeLessThan(0.13);
    expect([...toCsvRows(holey)].length).toBeLessThan([...toCsvRows(whole)].length);
    const kept = holey.metrics.cpu_percent.findIndex((value) => !Number.isNaN(value));
    expect(holey.metrics.cpu_percent[kept]).toBe(whole.metrics.cpu_percent[kept]);
  });

  it('writes rows that match its header', () => {
    const [first] = toCsvRows(simulateFleet(options({ servers: 1, days: 1 })).generate('web-001'));
    expect(first).toMatch(/^2026-11-19T12:05:00Z,web-001,cpu_percent,\d+(\.\d{1,3})?,web,%\n$/);
    expect(first?.split(',').length).toBe(FLEET_CSV_HEADER.split(',').length);
  });

  it.each([
    { servers: 0 },
    { servers: 1.5 },
    { days: 0 },
    { days: Number.NaN },
    { stepSeconds: 0 },
    { endAt: Number.POSITIVE_INFINITY },
    { seed: 0.5 },
    { missingShare: 1 },
    { incidents: -1 },
  ])('rejects %j, naming the option', (bad) => {
    expect(() => simulateFleet(options(bad))).toThrow(InvalidInputError);
    expect(() => simulateFleet(options(bad))).toThrow(Object.keys(bad)[0]!);
  });

  it('rejects a server that is not part of the fleet', () => {
    expect(() => simulateFleet(options()).generate('web-999')).toThrow('web-999');
  });
});

const columnMean = (
  values: Float64Array,
  keep: (hour: number, weekday: number) => boolean,
  start: number,
) => {
  const kept = [...values].filter((_, index) => {
    const at = new Date((start + index * 300) * 1000);
    return keep(at.getUTCHours(), at.getUTCDay());
  });
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
};

describe('a healthy simulated server', () => {
  const { start, metrics } = simulateFleet(options({ days: 14, incidents: 0 })).generate('web-001');

  it('is busier by day than by night and on weekdays than at weekends', () => {
    const weekday = (day: number): boolean => day !== 0 && day !== 6;
    const day = columnMean(metrics.request_rate, (hour, d) => weekday(d) && hour >= 12 && hour < 18, start);
    const night = columnMean(metrics.request_rate, (hour, d) => weekday(d) && hour >= 2 && hour < 6, start);
    const weekend = columnMean(
      metrics.request_rate,
      (hour, d) => !weekday(d) && hour >= 12 && hour < 18,
      start,
    );
    expect(day).toBeGreaterThan(2.5 * night);
    expect(weekend).toBeLessThan(0.8 * day);
  });

  it('has cpu, network and latency that depend on load', () => {
    const correlation = (a: Float64Array, b: Float64Array): number => {
      const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
      const [ma, mb] = [mean(a), mean(b)];
      let [ab, aa, bb] = [0, 0, 0];
      for (let i = 0; i < a.length; i++) {
        ab += (a[i]! - ma) * (b[i]! - mb);
        aa += (a[i]! - ma) ** 2;
        bb += (b[i]! - mb) ** 2;
      }
      return ab / Math.sqrt(aa * bb);
    };
    expect(correlation(metrics.request_rate, metrics.cpu_percent)).toBeGreaterThan(0.95);
    expect(correlation(metrics.request_rate, metrics.network_mbps)).toBeGreaterThan(0.95);
    expect(correlation(metrics.cpu_percent, metrics.latency_ms)).toBeGreaterThan(0.7);
  });

  it('has a disk that fills for a week and is then cleaned up', () => {
    const drops = [...metrics.disk_percent].filter(
      (value, i, all) => i > 0 && all[i - 1]! - value > 1.5,
    ).length;
    expect(drops).toBe(2);
  });
});
