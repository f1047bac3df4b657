import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addedHarm } from '../../../../core/incidents/diagnosis/added-harm.ts';
import { callDistances, indexGraph, withoutCycles } from '../../../../core/incidents/diagnosis/call-graph.ts';
import { chainCapacities } from '../../../../core/incidents/diagnosis/carried-share.ts';
import {
  CALIBRATIONS,
  type CalibratedMethod,
  confidences,
  leadOf,
} from '../../../../core/incidents/diagnosis/confidence.ts';
import { buildMetricWindow, type NodeMetrics } from '../../../../core/incidents/diagnosis/metric-window.ts';
import { badness, learnNormal } from '../../../../core/incidents/diagnosis/normal-behaviour.ts';
import {
  type PastIncident,
  similarIncidents,
} from '../../../../core/incidents/diagnosis/similar-incidents.ts';
import {
  learnedShares,
  nonNegativeLeastSquares,
  sharesByVolume,
} from '../../../../core/incidents/diagnosis/traffic-share.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { between } from '../../../fixtures/numbers.ts';

const N = Number.NaN;
const of = (...values: number[]) => Float64Array.from(values);
const metrics = (over: Partial<NodeMetrics>): NodeMetrics => ({
  ...{ latency: null, availability: null, requests: null },
  ...over,
});

describe('non-negative least squares', () => {
  const problem = fc.integer({ min: 1, max: 4 }).chain((columns) =>
    fc.record({
      columns: fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 8 }), {
        ...{ minLength: columns, maxLength: columns },
      }),
      y: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }),
    }),
  );

  it('cannot be improved by any small change (Karush, Kuhn and Tucker)', () => {
    fc.assert(
      fc.property(problem, ({ columns, y }) => {
        const given = columns.map((column) => Float64Array.from(column));
        const solution = nonNegativeLeastSquares(given, Float64Array.from(y));
        const rest = y.map(
          (value, row) => value - given.reduce((sum, column, j) => sum + solution[j]! * column[row]!, 0),
        );
        given.forEach((column, j) => {
          const gradient = column.reduce((sum, value, row) => sum + value * rest[row]!, 0);
          expect(solution[j]).toBeGreaterThanOrEqual(0);
          expect(gradient).toBeLessThan(1e-3);
          expect(solution[j]! * Math.abs(gradient)).toBeLessThan(1e-2);
        });
      }),
    );
  });
});

describe('shares of traffic', () => {
  const counts = fc
    .array(fc.integer({ min: 0, max: 99 }), { minLength: 25, maxLength: 25 })
    .map((all) => Float64Array.from(all));

  it('sum to one, are never negative, and follow the volume', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 4 }), counts, (callers, learnCallee) => {
        for (const shares of [
          sharesByVolume(callers),
          learnedShares({ learnCallers: callers, learnCallee, callers }),
        ]) {
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        }
        const total = callers.flatMap((each) => [...each]).reduce((sum, count) => sum + count, 0);
        if (total > 0)
          sharesByVolume(callers).forEach((share, i) => {
            expect(share * total).toBeCloseTo(
              callers[i]!.reduce((sum, count) => sum + count, 0),
              6,
            );
          });
      }),
    );
  });
});

describe('confidences', () => {
  const scores = fc.array(between(-1, 5), { maxLength: 6 }).map((all) => all.toSorted((a, b) => b - a));
  const methods = Object.keys(CALIBRATIONS) as CalibratedMethod[];

  it.each(methods)(
    'of %s are probabilities: in order, at most one together, the first below the ceiling',
    (method) => {
      fc.assert(
        fc.property(scores, (ranked) => {
          const found = confidences(method, ranked);
          expect(found).toHaveLength(ranked.length);
          expect(found.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1 + 1e-9);
          for (const [i, each] of found.entries()) {
            expect(each).toBeGreaterThanOrEqual(0);
            expect(each).toBeLessThanOrEqual(found[0]!);
            if (i > 1) expect(each).toBeLessThanOrEqual(found[i - 1]! + 1e-12);
          }
          if ((ranked[0] ?? 0) > 0) expect(found[0]).toBeLessThanOrEqual(CALIBRATIONS[method].ceiling);
        }),
      );
    },
  );

  it('share what the first leaves in proportion to the scores', () => {
    const [first = N, second = N, third = N] = confidences('correlation', [4, 2, 1]);
    expect(second / third).toBeCloseTo(2, 9);
    expect(first + second + third).toBeCloseTo(1, 9);
    const [a = N, b = N, c = N] = confidences('correlation', [4, 0, -1]);
    expect(b).toBe(c);
    expect(a + b + c).toBeCloseTo(1, 9);
    expect(confidences('correlation', [0, 0])).toEqual([0.5, 0.5]);
    expect(confidences('correlation', [])).toEqual([]);
  });

  it('grow with the lead over the second score, absolute or as a part of the first', () => {
    expect([leadOf([0.9, 0.4], false), leadOf([0.8, 0.2], true)]).toEqual([0.5, expect.closeTo(0.75, 12)]);
    expect([leadOf([3], false), leadOf([3], true), leadOf([], true)]).toEqual([3, 1, 0]);
    expect([leadOf([1, -5], false), leadOf([-1, -5], true)]).toEqual([1, 0]);
  });
});

describe('similar incidents', () => {
  const past = (incidentId: string, over: Partial<PastIncident> = {}): PastIncident => ({
    ...{ incidentId, metric: 'latency', signature: { db: 1 }, cause: 'db' },
    ...over,
  });
  const idsOf = (found: ReturnType<typeof similarIncidents>) =>
    found.map(({ incident }) => incident.incidentId);

  it('have the same metric and a signature of the same direction, at any size', () => {
    const all = [
      past('same', { signature: { db: 5 } }),
      past('other metric', { metric: 'availability' }),
      past('other node', { signature: { cache: 1 } }),
      past('empty', { signature: {} }),
      // Cosines of 0.707 and 0.698.
      past('just', { signature: { db: 1, cache: 1 } }),
      past('not quite', { signature: { db: 1, cache: 1.025 } }),
    ];
    expect(similarIncidents({ db: 2 }, 'latency', all)).toEqual([
      { incident: all[0], similarity: 1 },
      { incident: all[4], similarity: expect.closeTo(Math.SQRT1_2, 12) },
    ]);
    expect(similarIncidents({}, 'latency', all)).toEqual([]);
  });

  it('are at most three: confirmed causes first, then the most similar, then by name', () => {
    const all = [
      past('b'),
      past('a'),
      past('close', { signature: { db: 1, cache: 0.5 } }),
      past('confirmed', { signature: { db: 1, cache: 0.9 }, isConfirmed: true }),
    ];
    expect(idsOf(similarIncidents({ db: 1 }, 'latency', all))).toEqual(['confirmed', 'a', 'b']);
    expect(idsOf(similarIncidents({ db: 1 }, 'latency', all.slice(0, 3)))).toEqual(['a', 'b', 'close']);
  });
});

describe('calls', () => {
  const size = 6;
  const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 14 });
  const names = Array.from({ length: size }, (_, i) => `n${i}`);
  const graphOf = (pairs: readonly (readonly [number, number])[]) =>
    indexGraph({ nodes: names, edges: pairs.map(([from, to]) => [names[from]!, names[to]!]) }, names);

  it('without cycles reach as far as with them, and never lead back', () => {
    fc.assert(
      fc.property(edges, fc.nat(size - 1), (pairs, start) => {
        const graph = graphOf(pairs);
        const acyclic = withoutCycles(graph, start);
        const reached = (distances: Int32Array) => [...distances].map((distance) => distance >= 0);
        expect(reached(callDistances(acyclic, start))).toEqual(reached(callDistances(graph, start)));
        const visit = (node: number, path: readonly number[]): void => {
          expect(path).not.toContain(node);
          for (const callee of acyclic.callees[node]!) {
            expect(graph.callees[node]).toContain(callee);
            expect(acyclic.callers[callee]).toContain(node);
            visit(callee, [...path, node]);
          }
        };
        for (const node of graph.callees.keys()) visit(node, []);
      }),
    );
  });

  it('carry to each node as much as the narrowest part of their best chain', () => {
    const widths = fc.array(fc.option(between(-1, 2)), {
      minLength: size,
      maxLength: size,
    });
    fc.assert(
      fc.property(edges, widths, (pairs, carried) => {
        const graph = graphOf(pairs);
        const shares = carried.map((share) => (share === null ? null : { carried: share, noise: 0.1 }));
        const width = (node: number) =>
          carried[node] == null ? Number.POSITIVE_INFINITY : carried[node] + 0.2;
        const best = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
        const walk = (node: number, through: number, path: readonly number[]): void => {
          best[node] = Math.max(best[node]!, through);
          for (const callee of graph.callees[node]!)
            if (!path.includes(callee)) walk(callee, Math.min(through, width(callee)), [...path, callee]);
        };
        walk(0, carried[0] ?? Number.POSITIVE_INFINITY, [0]);
        expect(chainCapacities({ graph, target: 0 }, shares)).toEqual(best);
      }),
    );
  });
});

describe('added harm', () => {
  const before = [true, true, false, false];

  it('is measured above the time before the alarm and the usual value, in busy seconds', () => {
    const requests = of(10, 10, 10, 20);
    const node = metrics({ latency: of(1, 3, 5, N), requests });
    const usual = metrics({ latency: Float64Array.from({ length: 30 }, () => 1) });
    // 0.7 of the mean before (2) and 0.3 of the usual median (1).
    expect(addedHarm(node, usual, 'latency', before)).toMatchObject({
      ...{ base: expect.closeTo(1.7, 12), isNew: false, badness: of(1, 3, 5, N) },
      harm: of(10 * (1 - 1.7), 10 * (3 - 1.7), 10 * (5 - 1.7), 0),
    });
    expect(addedHarm(node, undefined, 'latency', before)).toMatchObject({ base: 2, normal: null });
    expect(addedHarm(metrics({ latency: of(N, N, 5, 5) }), usual, 'latency', before)).toMatchObject({
      base: 1,
      isNew: false,
    });
  });

  it('counts each row as one request where requests were not counted', () => {
    const node = metrics({ availability: of(100, 100, 50, 75) });
    expect(addedHarm(node, undefined, 'availability', before)).toMatchObject({
      base: 0,
      harm: of(0, 0, 0.5, 0.25),
    });
  });

  it('of a node that appeared with the alarm has no base', () => {
    const node = metrics({ latency: of(N, N, 5, 6) });
    expect(addedHarm(node, undefined, 'latency', before)).toMatchObject({ base: 0, isNew: true });
    const few = metrics({ latency: Float64Array.from({ length: 19 }, () => 1) });
    expect(addedHarm(node, few, 'latency', before)?.isNew).toBe(true);
  });

  it('is unknown for a metric that was never sent', () => {
    expect(addedHarm(metrics({ latency: of(1, 1, 1, 1) }), undefined, 'availability', before)).toBeNull();
    expect(addedHarm(undefined, undefined, 'latency', before)).toBeNull();
    expect(badness(metrics({}), 'availability')).toBeNull();
    expect(learnNormal(undefined, 'latency')).toBeNull();
  });
});

describe('the window of metrics', () => {
  const column = (node: string, metric: string, statistic: string, ...values: number[]) => ({
    ...{ node, metric, statistic },
    values,
  });

  it('has its rows in order of time, for any order of its input', () => {
    const { timestamps, stepSeconds, nodes } = buildMetricWindow(
      [600, 0, 300],
      [column('a', 'latency', 'Average', 3, 1, 2), column('a', 'requests', 'Sum', 30, 10, 20)],
    );
    expect([[...timestamps], stepSeconds]).toEqual([[0, 300, 600], 300]);
    expect(nodes.get('a')).toEqual({ latency: of(1, 2, 3), availability: null, requests: of(10, 20, 30) });
  });

  it('prefers the mean, then the lowest percentile', () => {
    const latencyOf = (...statistics: readonly string[]) =>
      buildMetricWindow(
        [0],
        statistics.map((statistic, i) => column('a', 'latency', statistic, i)),
      ).nodes.get('a')?.latency?.[0];
    expect([
      latencyOf('p99', 'Average'),
      latencyOf('p99', 'p50'),
      latencyOf('p95', 'p90'),
      latencyOf('Maximum'),
    ]).toEqual([1, 1, 1, undefined]);
  });

  it('of one row is assumed to have five-minute steps', () => {
    expect(buildMetricWindow([7], []).stepSeconds).toBe(300);
    expect(buildMetricWindow([0, 60, 120, 720], []).stepSeconds).toBe(60);
  });

  it('needs as many values as rows', () => {
    const short = () => buildMetricWindow([0, 1], [column('a', 'latency', 'Average', 1)]);
    expect(short).toThrow(InvalidInputError);
    expect(short).toThrow('a latency: found 1 values, expected 2');
  });
});
