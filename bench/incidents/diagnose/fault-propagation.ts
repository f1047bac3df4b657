import type { IndexedGraph } from '../../../core/incidents/diagnosis/call-graph.ts';
import type { RandomStream } from '../../../core/simulator/random.ts';

/** Spread of the logarithm of what a call passes on: harm reaches a caller as about 85 to 115 % of itself. */
const PASSED_ON_SPREAD = 0.15;

/** Nodes with every callee after its callers; throws nothing, and leaves out nodes on a cycle. */
const callersFirst = (graph: IndexedGraph): number[] => {
  const waiting = graph.callers.map((callers) => callers.length);
  const order = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let head = 0; head < order.length; head++) {
    for (const callee of graph.callees[order[head]!]!) {
      waiting[callee] = waiting[callee]! - 1;
      if (waiting[callee] === 0) order.push(callee);
    }
  }
  return order;
};

/** What a node can show of the harm that reached it in one row; the rest is lost and reaches no caller. */
export type HarmLimit = (node: number, row: number, harm: number) => number;

/**
 * Spreads harm from the node it starts at to all that call it, row by row: each caller takes its part of the callee's
 * traffic, times a log-normal factor. `shares[callee]` maps caller to part. Returns harm per node and row.
 */
export const propagate = (
  graph: IndexedGraph,
  shares: readonly ReadonlyMap<number, number>[],
  source: { readonly node: number; readonly harm: Float64Array },
  limit: HarmLimit,
  random: RandomStream,
): Float64Array[] => {
  const harm = graph.callees.map(() => new Float64Array(source.harm.length));
  harm[source.node]!.set(source.harm);
  for (const node of callersFirst(graph).reverse()) {
    harm[node] = harm[node]!.map((value, row) => limit(node, row, value));
    for (const caller of graph.callers[node]!) {
      const share = shares[node]!.get(caller) ?? 0;
      const received = harm[caller]!;
      for (let row = 0; row < received.length; row++) {
        received[row]! += share * harm[node]![row]! * Math.exp(PASSED_ON_SPREAD * random.normal());
      }
    }
  }
  return harm;
};
