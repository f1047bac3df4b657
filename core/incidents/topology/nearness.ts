import type { CallGraph } from '../diagnosis/call-graph.ts';

const neighbours = (graph: CallGraph): Map<string, Set<string>> => {
  const near = new Map<string, Set<string>>();
  const link = (from: string, to: string) => near.set(from, (near.get(from) ?? new Set()).add(to));
  for (const [caller, callee] of graph.edges) {
    link(caller, callee);
    link(callee, caller);
  }
  return near;
};

const within = (near: ReadonlyMap<string, ReadonlySet<string>>, start: string, hops: number): Set<string> => {
  const reached = new Set([start]);
  let edge = [start];
  for (let hop = 0; hop < hops; hop++) {
    edge = edge.flatMap((node) => [...(near.get(node) ?? [])]).filter((node) => !reached.has(node));
    for (const node of edge) reached.add(node);
  }
  return reached;
};

/**
 * Tells whether two targets are at most `maxHops` calls apart, whichever way the calls go. Harm travels against calls,
 * and siblings share callers, so direction does not matter here. Symmetric; a target is near itself.
 */
export const nearness = (graph: CallGraph, maxHops = 2): ((a: string, b: string) => boolean) => {
  const near = neighbours(graph);
  const known = new Map<string, Set<string>>();
  return (a, b) => {
    const reached = known.get(a) ?? within(near, a, maxHops);
    known.set(a, reached);
    return reached.has(b);
  };
};
