import { contentHash } from '../shared/content-hash.ts';
import { DAY_SECONDS } from '../shared/time.ts';
import type { CallGraph } from './diagnosis/call-graph.ts';

/** Sources of edges, strongest first. */
export const EDGE_SOURCES = ['declared', 'trace'] as const;
export type EdgeSource = (typeof EDGE_SOURCES)[number];

/** One dependency: `caller` calls `callee`. */
export interface DependencyEdge {
  readonly caller: string;
  readonly callee: string;
  readonly source: EdgeSource;
  /** Probability that the edge exists, in [0, 1]. */
  readonly confidence: number;
  /** Calls counted when the edge was last seen; null if calls are not counted. */
  readonly calls: number | null;
  /** Epoch seconds. */
  readonly lastSeen: number;
}

/** An edge that its owner states to exist, or not to exist. */
export interface DeclaredEdge {
  readonly caller: string;
  readonly callee: string;
  /** True: this call does not exist, even if traces show it. */
  readonly isAbsent?: boolean;
}

/** The dependencies of one tenant's targets. Nodes and edges are sorted; the version identifies their structure. */
export interface DependencyGraph {
  readonly tenantId: string;
  /** Hash of nodes, edges and their sources: the same structure has the same version in any order of learning. */
  readonly version: string;
  readonly nodes: readonly string[];
  readonly edges: readonly DependencyEdge[];
}

/** Input of a graph. */
export interface GraphSources {
  readonly observed: readonly DependencyEdge[];
  readonly declared?: readonly DeclaredEdge[];
  /** Epoch seconds. Observed edges from the future or not seen for `maxAgeSeconds` are omitted; declared ones never expire. */
  readonly now: number;
  readonly maxAgeSeconds?: number;
}

/** Edges dated later than this are mistakes that would never age. */
const MAX_CLOCK_SKEW = DAY_SECONDS;
const TWO_WEEKS = 14 * DAY_SECONDS;
const SEPARATOR = '\n';

const pairKey = (edge: Pick<DependencyEdge, 'caller' | 'callee'>): string =>
  `${edge.caller}${SEPARATOR}${edge.callee}`;

const rank = ({ source }: DependencyEdge): number => EDGE_SOURCES.indexOf(source);

const joinCalls = (newer: DependencyEdge, older: DependencyEdge): number | null => {
  const isSameTime = newer.lastSeen === older.lastSeen && newer.calls !== null && older.calls !== null;
  return isSameTime ? Math.max(newer.calls!, older.calls!) : (newer.calls ?? older.calls);
};

/** Joins two sightings of one edge: the stronger source, the higher confidence, the newer sighting and its count. */
const joinSightings = (a: DependencyEdge, b: DependencyEdge): DependencyEdge => {
  const [newer, older] = a.lastSeen >= b.lastSeen ? [a, b] : [b, a];
  return {
    ...newer,
    source: rank(a) <= rank(b) ? a.source : b.source,
    confidence: Math.max(a.confidence, b.confidence),
    calls: joinCalls(newer, older),
  };
};

const declaredEdges = (declared: readonly DeclaredEdge[], now: number): DependencyEdge[] =>
  declared
    .filter(({ isAbsent }) => isAbsent !== true)
    .map(({ caller, callee }) => ({
      ...{ caller, callee },
      source: 'declared',
      confidence: 1,
      calls: null,
      lastSeen: now,
    }));

const byPair = (a: DependencyEdge, b: DependencyEdge): number => (pairKey(a) < pairKey(b) ? -1 : 1);

const versionOf = (nodes: readonly string[], edges: readonly DependencyEdge[]): string =>
  contentHash(JSON.stringify([nodes, edges.map(({ caller, callee, source }) => [caller, callee, source])]));

/**
 * Merges sightings and declarations into one graph. Declarations outweigh traces; calls of a node to itself are dropped.
 * The result does not depend on the order of the input, and merging it again changes nothing.
 */
export const buildDependencyGraph = (tenantId: string, sources: GraphSources): DependencyGraph => {
  const { observed, declared = [], now, maxAgeSeconds = TWO_WEEKS } = sources;
  const absent = new Set(declared.filter(({ isAbsent }) => isAbsent === true).map(pairKey));
  const merged = new Map<string, DependencyEdge>();
  for (const edge of [...observed, ...declaredEdges(declared, now)]) {
    const isFuture = edge.lastSeen > now + MAX_CLOCK_SKEW;
    const isStale = edge.source !== 'declared' && now - edge.lastSeen > maxAgeSeconds;
    if (edge.caller === edge.callee || absent.has(pairKey(edge)) || isStale || isFuture) continue;
    const known = merged.get(pairKey(edge));
    merged.set(pairKey(edge), known === undefined ? edge : joinSightings(known, edge));
  }
  const edges = [...merged.values()].sort(byPair);
  const nodes = [...new Set(edges.flatMap(({ caller, callee }) => [caller, callee]))].sort();
  return { tenantId, version: versionOf(nodes, edges), nodes, edges };
};

/** A tenant's graph at `now` (epoch seconds). Observed edges that were not seen for two weeks are omitted. */
export const currentGraph = (
  tenantId: string,
  { observed, declared }: Required<Pick<GraphSources, 'observed' | 'declared'>>,
  now: number,
): DependencyGraph => buildDependencyGraph(tenantId, { observed, declared, now });

/** The graph in the form that diagnosis and grouping read. */
export const toCallGraph = ({
  nodes,
  edges,
}: {
  readonly nodes: readonly string[];
  readonly edges: readonly Pick<DependencyEdge, 'caller' | 'callee'>[];
}): CallGraph => ({
  nodes,
  edges: edges.map(({ caller, callee }) => [caller, callee] as const),
});
