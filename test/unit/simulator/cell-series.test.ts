import { describe, expect, it } from 'vitest';
import { generateCell } from '../../../core/simulator/cell-series.ts';
import type { Incident, SimulatedProfile, SimulatedServer } from '../../../core/simulator/fleet.ts';
import { toMetricSeries } from '../../../core/simulator/fleet-output.ts';

const server = (id: string, profile: SimulatedProfile, ...calls: string[]): SimulatedServer => ({
  ...{ id, profile, cell: 0, calls },
});
const SERVERS = [
  server('store', 'database'),
  server('shop', 'web', 'cart', 'search'),
  server('cart', 'app', 'store'),
  server('search', 'app', 'store'),
  server('alone', 'app'),
];
const STEPS = 288;
const fault = (kind: Incident['kind'], target: string, from = 100, to = 200): Incident => ({
  ...{ id: 'i', kind, start: from * 300, end: to * 300, affected: [], strength: 1 },
  rootCause: { target, metric: 'latency_ms' },
});
const generate = (incidents: readonly Incident[] = [], servers = SERVERS) =>
  generateCell({
    ...{ seed: 3, servers, start: 0, stepSeconds: 300, steps: STEPS, incidents },
    ...{ deploymentsOf: () => [], missingShare: 0, errors: true },
  });
const meanOf = (values: Float64Array, from = 0, to = STEPS): number =>
  values.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);

describe('servers that call each other', () => {
  const usual = generate();
  const of = (id: string) => usual.get(id)!;

  it('receive the requests of their callers, in the same proportion all day', () => {
    const ratios = of('search').metrics.request_rate.map(
      (rate, i) => rate / of('shop').metrics.request_rate[i]!,
    );
    const mean = meanOf(ratios);
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(1.2);
    for (const ratio of ratios) expect(Math.abs(ratio / mean - 1)).toBeLessThan(0.3);
  });

  it('take at least the time of their callees for each call', () => {
    for (const caller of ['cart', 'search']) {
      const own = of(caller).metrics.latency_ms.map((value, i) => value - of('store').metrics.latency_ms[i]!);
      expect(Math.min(...own)).toBeGreaterThan(0);
    }
  });

  it('are the same in any order, and not affected by unknown ones', () => {
    const shuffled = generate([], SERVERS.toReversed());
    for (const { id } of SERVERS) expect(shuffled.get(id)).toEqual(of(id));
    const faulty = generate([fault('cpu-saturation', 'store')]);
    expect(faulty.get('alone')).toEqual(of('alone'));
  });

  it('pass latency on to callers only, in proportion to busy time', () => {
    const faulty = generate([fault('cpu-saturation', 'store')]);
    const harm = (id: string) => {
      const { latency_ms, request_rate } = faulty.get(id)!.metrics;
      return meanOf(
        latency_ms.map((value, i) => request_rate[i]! * (value - of(id).metrics.latency_ms[i]!)),
        101,
        199,
      );
    };
    expect((harm('cart') + harm('search')) / harm('store')).toBeCloseTo(1, 1);
    expect(harm('shop') / harm('store')).toBeCloseTo(1, 1);
    expect(harm('shop')).toBeGreaterThan(0);
  });

  it('fail if a callee fails twice, and call it more often then', () => {
    const faulty = generate([fault('dependency-failure', 'store')]);
    const failing = (id: string) => meanOf(faulty.get(id)!.errors!, 105, 195);
    expect(failing('store')).toBeGreaterThan(35);
    expect(failing('cart')).toBeGreaterThan(20);
    expect(failing('shop')).toBeGreaterThan(5);
    expect(failing('alone')).toBeLessThan(1);
    const rate = (all: typeof usual) => meanOf(all.get('store')!.metrics.request_rate, 105, 195);
    expect(rate(faulty) / rate(usual)).toBeGreaterThan(1.05);
  });

  it('repeat their last report while the agent hangs, and continue to serve requests', () => {
    const faulty = generate([fault('flat-line', 'store')]);
    expect(new Set(faulty.get('store')!.errors!.subarray(101, 199)).size).toBe(1);
    expect(faulty.get('cart')).toEqual(of('cart'));
  });
});

it('include failures as a separate series if requested', () => {
  const names = toMetricSeries(generate().get('shop')!).map(({ metric, unit }) => `${metric} ${unit}`);
  expect(names).toHaveLength(7);
  expect(names).toContain('error_percent %');
});
