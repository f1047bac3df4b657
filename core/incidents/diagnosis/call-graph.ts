/** Who calls whom. An edge `[caller, callee]` says that harm at the callee can reach the caller. */
export interface CallGraph {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [caller: string, callee: string])[];
}

/** A call graph over node numbers: `callees[i]` and `callers[i]` are in ascending order and without repeats. */
export interface IndexedGraph {
  readonly size: number;
  readonly callees: readonly (readonly number[])[];
  readonly callers: readonly (readonly number[])[];
}

const sortedUnique = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Numbers the edges of a graph by the position of their nodes in `order`; edges to other nodes are left out. */
export const indexGraph = (graph: CallGraph, order: readonly string[]): IndexedGraph => {
  const position = new Map(order.map((node, i) => [node, i] as const));
  const callees: number[][] = order.map(() => []);
  const callers: number[][] = order.map(() => []);
  for (const [caller, callee] of graph.edges) {
    const from = position.get(caller);
    const to = position.get(callee);
    if (from === undefined || to === undefined || from === to) continue;
    callees[from]!.push(to);
    callers[to]!.push(from);
  }
  return { size: order.length, callees: callees.map(sortedUnique), callers: callers.map(sortedUnique) };
};

/** Calls between `start` and each node along the shortest chain; -1 where no chain of calls leads to the node. */
export const callDistances = (graph: IndexedGraph, start: number): Int32Array => {
  const distance = new Int32Array(graph.size).fill(-1);
  distance[start] = 0;
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    for (const callee of graph.callees[node]!) {
      if (distance[callee] !== -1) continue;
      distance[callee] = distance[node]! + 1;
      queue.push(callee);
    }
  }
  return distance;
};

/**
 * Leaves out calls that lead back to a node on the way to them, as callbacks do: followed from `start` first, then from
 * the other nodes in order. What is left has no circles.
 */
export const withoutCycles = (graph: IndexedGraph, start: number): IndexedGraph => {
  const state = new Uint8Array(graph.size);
  const [onTheWay, done] = [1, 2];
  const callees: number[][] = graph.callees.map(() => []);
  const callers: number[][] = graph.callees.map(() => []);
  const visit = (node: number): void => {
    state[node] = onTheWay;
    for (const callee of graph.callees[node]!) {
      if (state[callee] === onTheWay) continue;
      callees[node]!.push(callee);
      callers[callee]!.push(node);
      if (state[callee] !== done) visit(callee);
    }
    state[node] = done;
  };
  for (const node of [start, ...graph.callees.keys()]) if (state[node] === 0) visit(node);
  return { size: graph.size, callees, callers: callers.map(sortedUnique) };
};
