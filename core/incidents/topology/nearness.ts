import type { CallGraph } from '../diagnosis/call-graph.ts';

const neighboursOf = (graph: CallGraph): Map<string, Set<string>> => {
  const neighbours = new Map<string, Set<string>>();
  const link = (from: string, to: string) =>
    neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to));
  for (const [caller, callee] of graph.edges) {
    link(caller, callee);
    link(callee, caller);
  }
  return neighbours;
};

const withinHops = (
  neighbours: ReadonlyMap<string, ReadonlySet<string>>,
  start: string,
  hops: number,
): Set<string> => {
  const reached = new Set([start]);
  let frontier = [start];
  for (let hop = 0; hop < hops; hop++) {
    frontier = frontier
      .flatMap((node) => [...(neighbours.get(node) ?? [])])
      .filter((node) => !reached.has(node));
    for (const node of frontier) reached.add(node);
  }
  return reached;
};

/**
 * Returns a test for two targets being at most `maxHops` calls apart in either direction. Direction does not matter
 * because harm travels against calls and siblings share callers. The test is symmetric; a target is near itself.
 */
export const nearness = (graph: CallGraph, maxHops = 2): ((a: string, b: string) => boolean) => {
  const neighbours = neighboursOf(graph);
  const known = new Map<string, Set<string>>();
  return (a, b) => {
    const reached = known.get(a) ?? withinHops(neighbours, a, maxHops);
    known.set(a, reached);
    return reached.has(b);
  };
};
