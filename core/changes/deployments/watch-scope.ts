/** Chooses the targets whose metrics count for or against a deployment. */

import type { DependencyGraph } from '../../incidents/dependency-graph.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';

export interface WatchScope {
  readonly callers: readonly string[];
  readonly callees: readonly string[];
  /** Targets of the same profile that the change cannot have reached; the same ones at every check. */
  readonly peers: readonly Target[];
}

const MAX_NEIGHBOURS = 4;
const MAX_PEERS = 5;
const REACH_CALLS = 3;
/** Peers that sent nothing for this long are not used. */
const MAX_QUIET_SECONDS = 2 * HOUR_SECONDS;

const neighbours = (graph: DependencyGraph, targetId: string, way: 'callers' | 'callees'): string[] =>
  graph.edges
    .filter((edge) => (way === 'callers' ? edge.callee : edge.caller) === targetId)
    .toSorted((a, b) => b.confidence - a.confidence || (b.calls ?? 0) - (a.calls ?? 0))
    .map((edge) => (way === 'callers' ? edge.caller : edge.callee));

/** Targets within `REACH_CALLS` calls in either direction. */
const reached = (graph: DependencyGraph, targetId: string): ReadonlySet<string> => {
  const found = new Set([targetId]);
  let frontier = [targetId];
  for (let hop = 0; hop < REACH_CALLS; hop++) {
    frontier = frontier
      .flatMap((node) => [...neighbours(graph, node, 'callers'), ...neighbours(graph, node, 'callees')])
      .filter((node) => !found.has(node));
    for (const node of frontier) found.add(node);
  }
  return found;
};

export interface ScopeMaterial {
  readonly graph: DependencyGraph;
  readonly own: Target;
  readonly others: readonly Target[];
  /** Targets deployed at about the same time. They are no control group: a fleet-wide rollout must not excuse itself. */
  readonly deployed: ReadonlySet<string>;
  readonly changeId: string;
  /** Epoch seconds of the deployment. */
  readonly at: number;
}

/** Chooses a few callers and callees, and peers as a control group. */
export const watchScope = ({ graph, own, others, deployed, changeId, at }: ScopeMaterial): WatchScope => {
  const near = reached(graph, own.targetId);
  const order = ({ targetId }: Target) => contentHash(`${changeId} ${targetId}`);
  const peers = others
    .filter(({ targetId, profile, lastSeen }) => {
      const isAlike = profile === own.profile && lastSeen >= at - MAX_QUIET_SECONDS;
      return isAlike && !near.has(targetId) && !deployed.has(targetId);
    })
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  return {
    callers: neighbours(graph, own.targetId, 'callers').slice(0, MAX_NEIGHBOURS),
    callees: neighbours(graph, own.targetId, 'callees').slice(0, MAX_NEIGHBOURS),
    peers: peers.slice(0, MAX_PEERS),
  };
};
