import { carriedShares } from './carried-share.ts';
import type { IncidentCase } from './incident-case.ts';
import { type NodeRise, nodeRise, riseWeight } from './node-rise.ts';

/** The score of a node without request counts, in [0, 1], and its parts. */
export interface RelativeBlame {
  readonly node: number;
  readonly score: number;
  readonly rise: NodeRise;
  /** Largest part of the node's own rise that a single callee explains, in [0, 1]. */
  readonly explained: number;
  readonly isNew: boolean;
}

/**
 * Assumed number of calls per request: if a request makes several calls, fewer failures of each suffice to fail it.
 * Failures do not spread to callees, so clear failures of a callee are its own.
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
 * Ranks nodes without request counts, when harm cannot be added up along calls: the match of a node's rise with the
 * target's over time, its clarity and its size, times the part that no single callee explains if each request calls it
 * once. Highest first; nodes that appeared with the incident come last. Names are never read.
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
