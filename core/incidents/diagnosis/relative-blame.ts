import { carriedShares } from './carried-share.ts';
import type { IncidentCase } from './incident-case.ts';
import { type NodeRise, nodeRise, riseWeight } from './node-rise.ts';

/** A node's place without request counts: scores are in [0, 1]. */
export interface RelativeBlame {
  readonly node: number;
  readonly score: number;
  readonly rise: NodeRise;
  /** Largest part of the node's own rise that one of its callees accounts for, in [0, 1]. */
  readonly explained: number;
  readonly isNew: boolean;
}

/**
 * Where a request makes several calls, fewer failures of each are enough to fail it; how many it makes is not known.
 * Failures do not spread downwards, so that those of a callee, seen clearly, speak for themselves.
 */
const CALLS_A_REQUEST = 3;

const explainedPart = (incident: IncidentCase, rises: readonly (NodeRise | null)[], node: number): number => {
  const own = rises[node]!.added;
  const parts = incident.graph.callees[node]!.map((callee) => {
    const rise = rises[callee];
    if (rise == null || incident.harms[callee]?.isNew === true || own === 0) return 0;
    if (incident.metric === 'latency') return (rise.match * rise.added) / own;
    return rise.match * rise.clarity * Math.min(1, (CALLS_A_REQUEST * rise.added) / own);
  });
  return Math.min(1, Math.max(0, ...parts));
};

/**
 * Ranks without request counts, when harm cannot be added up along calls: how well a node's rise matches the target's
 * in time, how clear and how large it is, times the part of it that no single callee accounts for if each request
 * calls it once. Reads no name. Highest first; nodes that appeared with the incident go last.
 */
export const rankByRelativeBlame = (incident: IncidentCase): RelativeBlame[] => {
  const shares = carriedShares(incident);
  const rises = incident.names.map((_, node) => nodeRise(incident, node, shares[node] ?? null));
  const blames = rises.flatMap((rise, node): RelativeBlame[] => {
    if (rise === null || incident.distance[node] === -1) return [];
    const explained = explainedPart(incident, rises, node);
    const score = rise.match * rise.clarity * riseWeight(incident, rise) * (1 - explained);
    return [{ node, score, rise, explained, isNew: incident.harms[node]?.isNew ?? false }];
  });
  return blames.sort((a, b) => Number(a.isNew) - Number(b.isNew) || b.score - a.score || a.node - b.node);
};
