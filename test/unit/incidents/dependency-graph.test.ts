import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDependencyGraph, toCallGraph } from '../../../core/incidents/dependency-graph.ts';
import { indexGraph, withoutCycles } from '../../../core/incidents/diagnosis/call-graph.ts';
import { buildMetricWindow } from '../../../core/incidents/diagnosis/metric-window.ts';
import { type DependencyEdge, EDGE_SOURCES } from '../../../core/incidents/topology/dependency-edge.ts';
import { edgesFromRequests } from '../../../core/incidents/topology/request-correlation.ts';
import { edgesFromTraces } from '../../../core/incidents/topology/trace-summaries.ts';
import { randomStream } from '../../../core/simulator/random.ts';

const edge = (caller: string, callee: string, more: Partial<DependencyEdge> = {}): DependencyEdge => ({
  caller,
  callee,
  source: 'trace',
  confidence: 1,
  calls: 10,
  lastSeen: 1000,
  ...more,
});
const pairs = (edges: readonly DependencyEdge[]) => edges.map(({ caller, callee }) => `${caller}>${callee}`);
const build = (observed: readonly DependencyEdge[], more = {}) =>
  buildDependencyGraph('t1', { observed, now: 2000, ...more });

describe('learning from traces', () => {
  const summary = {
    EndTime: 1500,
    Services: [
      {
        ReferenceId: 0,
        Name: 'shop',
        Type: 'client',
        Edges: [{ ReferenceId: 1, EndTime: '2026-01-01T00:00:00Z' }],
      },
      {
        ReferenceId: 1,
        Name: 'shop',
        Edges: [{ ReferenceId: 2, SummaryStatistics: { TotalCount: 7, OkCount: 6 } }],
      },
      { ReferenceId: 2, Name: 'orders', Type: 'AWS::DynamoDB::Table' },
    ],
  };

  it('reads services, their types and their edges', () => {
    expect(edgesFromTraces(summary, 9)).toEqual([
      edge('shop_client', 'shop', { calls: null, lastSeen: Date.UTC(2026, 0, 1) / 1000 }),
      edge('shop', 'orders_AWS::DynamoDB::Table', { calls: 7, lastSeen: 1500 }),
    ]);
    const undated = { Services: [{ ReferenceId: 1, Name: 'a', Edges: [{ ReferenceId: 1 }] }] };
    expect(edgesFromTraces(undated, 9)[0]!.lastSeen).toBe(9);
  });

  it('refuses another shape, repeated ids and edges to nowhere', () => {
    expect(() => edgesFromTraces({}, 9)).toThrow('trace summary:');
    const twice = { Services: [summary.Services[2], summary.Services[2]] };
    expect(() => edgesFromTraces(twice, 9)).toThrow('found ReferenceId 2 twice');
    expect(() => edgesFromTraces({ Services: [summary.Services[1]] }, 9)).toThrow(
      'expected a listed service',
    );
  });
});

describe('learning from request counts', () => {
  const rows = 60;
  const random = randomStream(4, 'requests');
  const traffic = Array.from({ length: rows }, () => 100 + random.below(50));
  const other = Array.from({ length: rows }, () => 100 + random.below(50));
  const columns = (node: string, requests: readonly number[], latency: number) => [
    { node, metric: 'requests', statistic: 'Sum', values: requests },
    { node, metric: 'latency', statistic: 'Average', values: requests.map(() => latency) },
  ];
  const window = (...all: ReturnType<typeof columns>[]) =>
    buildMetricWindow(
      traffic.map((_, row) => 300 * row),
      all.flat(),
    );

  it('links nodes whose traffic moves together; the slower one calls', () => {
    const twice = traffic.map((count) => 2 * count);
    const [found, ...more] = edgesFromRequests(
      window(columns('quick', twice, 0.01), columns('slow', traffic, 0.2), columns('apart', other, 0.05)),
    );
    expect(more).toEqual([]);
    expect(found).toMatchObject({ caller: 'slow', callee: 'quick', source: 'correlation', lastSeen: 17_700 });
    expect(found!.confidence).toBeCloseTo(0.5, 6);
    const swapped = edgesFromRequests(window(columns('slow', traffic, 0.2), columns('quick', twice, 0.01)));
    expect(pairs(swapped)).toEqual(['slow>quick']);
  });

  it('guesses nothing from few rows, equal latency or nodes without values', () => {
    expect(edgesFromRequests(window(columns('a', traffic, 1), columns('b', traffic, 1)))).toEqual([]);
    expect(edgesFromRequests(window(columns('a', traffic, 1), columns('b', traffic, Number.NaN)))).toEqual(
      [],
    );
    expect(
      edgesFromRequests(
        window(
          columns(
            'a',
            traffic.map(() => 5),
            1,
          ),
          columns('b', traffic, 2),
        ),
      ),
    ).toEqual([]);
    const short = buildMetricWindow([0], [...columns('a', [1], 1), ...columns('b', [1], 2)]);
    expect(edgesFromRequests(short)).toEqual([]);
  });
});

describe('merging', () => {
  it('joins sightings: strongest source, newest count', () => {
    const graph = build([
      edge('a', 'b', { calls: 5, lastSeen: 1500 }),
      edge('a', 'b', { calls: 9, lastSeen: 1000, confidence: 0.7 }),
      edge('a', 'b', { source: 'correlation', confidence: 0.4, calls: null, lastSeen: 1800 }),
    ]);
    expect(graph.edges).toEqual([edge('a', 'b', { calls: 5, lastSeen: 1800 })]);
    const equal = build([edge('a', 'b', { calls: 3 }), edge('a', 'b', { calls: 4 })]);
    expect(equal.edges[0]!.calls).toBe(4);
  });

  it('lets declarations outweigh what was seen, and never forgets them', () => {
    const declared = [
      { caller: 'a', callee: 'b' },
      { caller: 'c', callee: 'd', isAbsent: true },
    ];
    const graph = build([edge('c', 'd'), edge('x', 'y', { lastSeen: -2e6 })], { declared });
    expect(graph.edges).toEqual([edge('a', 'b', { source: 'declared', calls: null, lastSeen: 2000 })]);
    expect(graph.nodes).toEqual(['a', 'b']);
  });

  it('drops self-calls, stale edges, and guesses against a known direction', () => {
    const graph = build(
      [
        edge('a', 'a'),
        edge('a', 'b'),
        edge('b', 'a', { source: 'correlation', confidence: 0.5 }),
        edge('c', 'd', { lastSeen: 1899 }),
        edge('e', 'f', { source: 'correlation', confidence: 0.5, lastSeen: 1950 }),
      ],
      { maxAgeSeconds: 1000 },
    );
    expect(pairs(graph.edges)).toEqual(['a>b', 'c>d', 'e>f']);
    expect(pairs(build([edge('c', 'd', { lastSeen: 1899 })], { maxAgeSeconds: 100 }).edges)).toEqual([]);
    expect(toCallGraph(graph, 0.6).edges).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(toCallGraph(graph).edges).toHaveLength(3);
  });

  const edges = fc.array(
    fc.record({
      caller: fc.constantFrom('a', 'b', 'c', 'd'),
      callee: fc.constantFrom('a', 'b', 'c', 'd'),
      source: fc.constantFrom(...EDGE_SOURCES),
      confidence: fc.constantFrom(0.2, 0.5, 1),
      calls: fc.option(fc.integer({ min: 0, max: 9 })),
      lastSeen: fc.integer({ min: 0, max: 2000 }),
    }),
    { maxLength: 20 },
  );

  it('gives the same version in any order and when merged again', () => {
    fc.assert(
      fc.property(
        edges.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, reordered]) => {
          const graph = build(all);
          expect(build(reordered).version).toBe(graph.version);
          expect(build([...all, ...graph.edges])).toEqual(graph);
        },
      ),
    );
  });

  it('changes the version with the structure only', () => {
    const version = build([edge('a', 'b')]).version;
    expect(build([edge('a', 'b', { calls: 99, lastSeen: 1990 })]).version).toBe(version);
    expect(build([edge('a', 'c')]).version).not.toBe(version);
    expect(build([edge('a', 'b', { source: 'declared' })]).version).not.toBe(version);
  });
});

describe('circles of calls', () => {
  it('are cut where they lead back', () => {
    const graph = {
      nodes: ['a', 'b', 'c', 'd'],
      edges: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['d', 'c'],
        ['c', 'd'],
        ['a', 'a'],
        ['a', 'nobody'],
      ] as const,
    };
    const cut = withoutCycles(indexGraph(graph, graph.nodes), 0);
    expect(cut.callees).toEqual([[1], [2], [3], []]);
    expect(cut.callers).toEqual([[], [0], [1], [2]]);
  });
});
