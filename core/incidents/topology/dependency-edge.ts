/** Where knowledge of an edge comes from, strongest first. */
export const EDGE_SOURCES = ['declared', 'trace', 'correlation'] as const;
export type EdgeSource = (typeof EDGE_SOURCES)[number];

/** One dependency: `caller` calls `callee`. */
export interface DependencyEdge {
  readonly caller: string;
  readonly callee: string;
  readonly source: EdgeSource;
  /** How sure it is that the edge exists, in [0, 1]. */
  readonly confidence: number;
  /** Calls counted when it was last seen; null where calls are not counted. */
  readonly calls: number | null;
  /** Epoch seconds. */
  readonly lastSeen: number;
}
