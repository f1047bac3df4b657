/** Which targets are looked at to judge a deployment. */

import type { DependencyGraph } from '../../incidents/dependency-graph.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';

export interface WatchScope {
  readonly callers: readonly string[];
  readonly callees: readonly string[];
  /** Targets of the same profile that the change cannot have reached, the same ones at every look. */
  readonly peers: readonly Target[];
}

const MOST_NEIGHBOURS = 4;
const MOST_PEERS = 5;
const REACH_CALLS = 3;
/** Peers that have sent nothing for so long tell nothing. */
const QUIET_SECONDS = HOUR_SECONDS;

const neighbours = (graph: DependencyGraph, targetId: string, way: 'callers' | 'callees'): string[] =>
  graph.edges
    .filter((edge) => (way === 'callers' ? edge.callee : edge.caller) === targetId)
    .toSorted((a, b) => b.confidence - a.confidence || (b.calls ?? 0) - (a.calls ?? 0))
    .map((edge) => (way === 'callers' ? edge.caller : edge.callee));

/** Targets within so many calls, whichever way. */
const reached = (graph: DependencyGraph, targetId: string): ReadonlySet<string> => {
  const found = new Set([targetId]);
  let edge = [targetId];
  for (let hop = 0; hop < REACH_CALLS; hop++) {
    edge = edge
      .flatMap((node) => [...neighbours(graph, node, 'callers'), ...neighbours(graph, node, 'callees')])
      .filter((node) => !found.has(node));
    for (const node of edge) found.add(node);
  }
  return found;
};

export interface ScopeMaterial {
  readonly graph: DependencyGraph;
  readonly own: Target;
  readonly others: readonly Target[];
  /** Targets deployed themselves around the same time: a rollout over a fleet must not excuse itself. */
  readonly deployed: ReadonlySet<string>;
  readonly changeId: string;
  /** Epoch seconds of the deployment. */
  readonly at: number;
}

/** The targets that speak for and against a deployment: a few callers and callees, and peers as a control group. */
export const watchScope = ({ graph, own, others, deployed, changeId, at }: ScopeMaterial): WatchScope => {
  const near = reached(graph, own.targetId);
  const order = ({ targetId }: Target) => contentHash(`${changeId} ${targetId}`);
  const peers = others
    .filter(({ targetId, profile, lastSeen }) => {
      const isAlike = profile === own.profile && lastSeen >= at - QUIET_SECONDS;
      return isAlike && !near.has(targetId) && !deployed.has(targetId);
    })
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  return {
    callers: neighbours(graph, own.targetId, 'callers').slice(0, MOST_NEIGHBOURS),
    callees: neighbours(graph, own.targetId, 'callees').slice(0, MOST_NEIGHBOURS),
    peers: peers.slice(0, MOST_PEERS),
  };
};
