/** Calls between nodes. An edge `[caller, callee]` means that harm at the callee can reach the caller. */
export interface CallGraph {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [caller: string, callee: string])[];
}

/** A call graph over node numbers: `callees[i]` and `callers[i]` are ascending and unique. */
export interface IndexedGraph {
  readonly size: number;
  readonly callees: readonly (readonly number[])[];
  readonly callers: readonly (readonly number[])[];
}

const sortedUnique = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Numbers the nodes of a graph by their position in `order`. Edges to other nodes are omitted. */
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

/** Number of calls from `start` to each node along the shortest chain; -1 if no chain leads to the node. */
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
 * Removes calls that lead back to a node on the path to them, as callbacks do, searching depth first from `start` and
 * then from the other nodes in order. The result has no cycles.
 */
export const withoutCycles = (graph: IndexedGraph, start: number): IndexedGraph => {
  const state = new Uint8Array(graph.size);
  const [onPath, done] = [1, 2];
  const callees: number[][] = graph.callees.map(() => []);
  const callers: number[][] = graph.callees.map(() => []);
  const visit = (node: number): void => {
    state[node] = onPath;
    for (const callee of graph.callees[node]!) {
      if (state[callee] === onPath) continue;
      callees[node]!.push(callee);
      callers[callee]!.push(node);
      if (state[callee] !== done) visit(callee);
    }
    state[node] = done;
  };
  for (const node of [start, ...graph.callees.keys()]) if (state[node] === 0) visit(node);
  return { size: graph.size, callees, callers: callers.map(sortedUnique) };
};
