import { contentHash } from '../shared/content-hash.ts';
import { DAY_SECONDS } from '../shared/time.ts';
import type { CallGraph } from './diagnosis/call-graph.ts';
import { type DependencyEdge, EDGE_SOURCES } from './topology/dependency-edge.ts';

/** What one tenant's services depend on. Nodes and edges are sorted; the version names their structure. */
export interface DependencyGraph {
  readonly tenantId: string;
  /** Hash of nodes, edges and their sources: equal structure, equal version, whatever order it was learned in. */
  readonly version: string;
  readonly nodes: readonly string[];
  readonly edges: readonly DependencyEdge[];
}

/** An edge that someone states, or states not to exist. */
export interface DeclaredEdge {
  readonly caller: string;
  readonly callee: string;
  /** True: there is no such call, whatever traces or traffic seem to say. */
  readonly isAbsent?: boolean;
}

/** What a graph is made of. */
export interface GraphSources {
  readonly observed: readonly DependencyEdge[];
  readonly declared?: readonly DeclaredEdge[];
  /** Epoch seconds; edges that were not seen for `maxAgeSeconds` before it are left out, declared ones never. */
  readonly now: number;
  readonly maxAgeSeconds?: number;
}

const TWO_WEEKS = 14 * DAY_SECONDS;
const SEPARATOR = '\n';

const pairKey = (edge: { readonly caller: string; readonly callee: string }): string =>
  `${edge.caller}${SEPARATOR}${edge.callee}`;

const rank = ({ source }: DependencyEdge): number => EDGE_SOURCES.indexOf(source);

/** Joins two sightings of one edge: the stronger source and surest confidence, the newest sighting and its count. */
const joinSightings = (a: DependencyEdge, b: DependencyEdge): DependencyEdge => {
  const [newer, older] = a.lastSeen >= b.lastSeen ? [a, b] : [b, a];
  const calls =
    a.lastSeen === b.lastSeen && a.calls !== null && b.calls !== null
      ? Math.max(a.calls, b.calls)
      : (newer.calls ?? older.calls);
  return {
    ...newer,
    source: rank(a) <= rank(b) ? a.source : b.source,
    confidence: Math.max(a.confidence, b.confidence),
    calls,
  };
};

const declaredEdges = (declared: readonly DeclaredEdge[], now: number): DependencyEdge[] =>
  declared
    .filter(({ isAbsent }) => isAbsent !== true)
    .map(({ caller, callee }) => ({
      caller,
      callee,
      source: 'declared',
      confidence: 1,
      calls: null,
      lastSeen: now,
    }));

/** Traffic cannot tell who calls whom: a guess gives way where the pair is known either way round. */
const withoutContradictedGuesses = (edges: readonly DependencyEdge[]): DependencyEdge[] => {
  const known = new Set(edges.filter(({ source }) => source !== 'correlation').map(pairKey));
  return edges.filter(
    (edge) =>
      edge.source !== 'correlation' || !known.has(pairKey({ caller: edge.callee, callee: edge.caller })),
  );
};

const byPair = (a: DependencyEdge, b: DependencyEdge): number => (pairKey(a) < pairKey(b) ? -1 : 1);

const versionOf = (nodes: readonly string[], edges: readonly DependencyEdge[]): string =>
  contentHash(JSON.stringify([nodes, edges.map(({ caller, callee, source }) => [caller, callee, source])]));

/**
 * Merges sightings and declarations into one graph. Declarations outweigh traces, traces outweigh guesses from
 * traffic; self-calls are dropped. The result does not depend on the order of the input, and merging again changes
 * nothing.
 */
export const buildDependencyGraph = (tenantId: string, sources: GraphSources): DependencyGraph => {
  const { observed, declared = [], now, maxAgeSeconds = TWO_WEEKS } = sources;
  const absent = new Set(declared.filter(({ isAbsent }) => isAbsent === true).map(pairKey));
  const merged = new Map<string, DependencyEdge>();
  for (const edge of [...observed, ...declaredEdges(declared, now)]) {
    const isStale = edge.source !== 'declared' && now - edge.lastSeen > maxAgeSeconds;
    if (edge.caller === edge.callee || absent.has(pairKey(edge)) || isStale) continue;
    const known = merged.get(pairKey(edge));
    merged.set(pairKey(edge), known === undefined ? edge : joinSightings(known, edge));
  }
  const edges = withoutContradictedGuesses([...merged.values()]).sort(byPair);
  const nodes = [...new Set(edges.flatMap(({ caller, callee }) => [caller, callee]))].sort();
  return { tenantId, version: versionOf(nodes, edges), nodes, edges };
};

/** The graph as diagnosis reads it; edges less sure than `minConfidence` are left out. */
export const toCallGraph = ({ nodes, edges }: DependencyGraph, minConfidence = 0): CallGraph => ({
  nodes,
  edges: edges
    .filter(({ confidence }) => confidence >= minConfidence)
    .map(({ caller, callee }) => [caller, callee] as const),
});
