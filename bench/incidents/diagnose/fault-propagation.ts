import type { IndexedGraph } from '../../../core/incidents/diagnosis/call-graph.ts';
import type { RandomStream } from '../../../core/simulator/random.ts';

/** Spread of the logarithm of passed-on harm: a caller receives about 85 to 115 % of it. */
const PASSED_ON_SPREAD = 0.15;

/** Nodes in an order in which every callee follows its callers. Nodes on a cycle are omitted. */
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

/** The part of the harm in one row that a node can show; the rest is lost and reaches no caller. */
export type HarmLimit = (node: number, row: number, harm: number) => number;

/**
 * Propagates harm from its source to all callers, row by row: each caller receives its share of the callee's traffic,
 * times a log-normal factor. `shares[callee]` maps callers to shares. Returns harm per node and row.
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
