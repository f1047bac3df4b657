import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildDependencyGraph,
  currentGraph,
  type DependencyEdge,
  EDGE_SOURCES,
  toCallGraph,
} from '../../../core/incidents/dependency-graph.ts';

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

describe('a dependency graph', () => {
  it('joins sightings: the stronger source, the higher confidence, the newer sighting and its count', () => {
    const graph = build([
      edge('a', 'b', { calls: 5, lastSeen: 1500 }),
      edge('a', 'b', { calls: 9, lastSeen: 1000, confidence: 0.7 }),
      edge('a', 'b', { calls: null, lastSeen: 1800, confidence: 0.4 }),
    ]);
    expect(graph.edges).toEqual([edge('a', 'b', { calls: 5, lastSeen: 1800 })]);
    const equal = build([edge('a', 'b', { calls: 3 }), edge('a', 'b', { calls: 4 })]);
    expect(equal.edges[0]!.calls).toBe(4);
    const uncounted = build([edge('a', 'b', { calls: null }), edge('a', 'b', { calls: 4 })]);
    expect(uncounted.edges[0]!.calls).toBe(4);
    const declared = build([edge('a', 'b')], { declared: [{ caller: 'a', callee: 'b' }] });
    expect(declared.edges).toEqual([edge('a', 'b', { source: 'declared', lastSeen: 2000 })]);
  });

  it('prefers declarations to observed edges, and never forgets them', () => {
    const declared = [
      { caller: 'a', callee: 'b' },
      { caller: 'c', callee: 'd', isAbsent: true },
    ];
    const graph = build([edge('c', 'd'), edge('x', 'y', { lastSeen: -2e6 })], { declared });
    expect(graph.edges).toEqual([edge('a', 'b', { source: 'declared', calls: null, lastSeen: 2000 })]);
    expect(graph.nodes).toEqual(['a', 'b']);
  });

  it('drops calls to itself and edges not seen for the given time', () => {
    const observed = [edge('a', 'a'), edge('a', 'b'), edge('c', 'd', { lastSeen: 1899 })];
    expect(pairs(build(observed, { maxAgeSeconds: 1000 }).edges)).toEqual(['a>b', 'c>d']);
    expect(pairs(build(observed, { maxAgeSeconds: 101 }).edges)).toEqual(['c>d']);
    expect(pairs(build(observed, { maxAgeSeconds: 100 }).edges)).toEqual([]);
  });

  it('omits observed edges after two weeks', () => {
    const twoWeeks = 14 * 86_400;
    const stored = { observed: [edge('a', 'b', { lastSeen: 0 })], declared: [] };
    expect(currentGraph('t1', stored, twoWeeks).edges).toHaveLength(1);
    expect(currentGraph('t1', stored, twoWeeks + 1).edges).toEqual([]);
  });

  it('is read by diagnosis as a plain call graph', () => {
    expect(toCallGraph(build([edge('b', 'c'), edge('a', 'b')]))).toEqual({
      nodes: ['a', 'b', 'c'],
      edges: [
        ['a', 'b'],
        ['b', 'c'],
      ],
    });
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

  it('has the same version in any order and after merging again', () => {
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

describe('edges from the future', () => {
  it('are omitted, so that a graph that contains some stays readable', () => {
    const observed = [
      edge('a', 'b', { lastSeen: 1e300 }),
      edge('b', 'c', { lastSeen: 1000 * 1000 }),
      edge('c', 'd'),
    ];
    expect(pairs(currentGraph('acme', { observed, declared: [] }, 1000).edges)).toEqual(['c>d']);
  });

  it('may be slightly ahead, because clocks differ', () => {
    const observed = [edge('a', 'b', { lastSeen: 1600 })];
    expect(pairs(buildDependencyGraph('acme', { observed, now: 1000 }).edges)).toEqual(['a>b']);
  });
});
