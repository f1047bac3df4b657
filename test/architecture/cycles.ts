/** A graph of imports: what each node imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Makes a graph of the given imports, each end mapped to the node it belongs to; imports within a node are omitted. */
export const graphOf = (
  imports: Iterable<readonly [from: string, to: string]>,
  nodeOf: (path: string) => string = (path) => path,
): Graph => {
  const graph = new Map<string, Set<string>>();
  for (const [from, to] of imports) {
    const [source, target] = [nodeOf(from), nodeOf(to)];
    if (source === target) continue;
    const targets = graph.get(source) ?? new Set();
    graph.set(source, targets.add(target));
  }
  return graph;
};

/** A cycle of the graph, first node repeated at the end; undefined if there is none. */
export const cycleIn = (graph: Graph): readonly string[] | undefined => {
  const done = new Set<string>();
  const search = (node: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = search(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = search(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
};
