import type { RankingMethod } from './confidence.ts';
import { rankByCorrelation } from './correlation-ranking.ts';
import { blameEvidence, correlationEvidence, relativeEvidence } from './evidence.ts';
import { rankByExcessBlame } from './excess-blame.ts';
import type { IncidentCase } from './incident-case.ts';
import { rankByRelativeBlame } from './relative-blame.ts';

/** A node with its score and evidence, before changes and past incidents are considered. */
export interface RankedNode {
  readonly node: number;
  readonly score: number;
  readonly isNew: boolean;
  readonly evidence: readonly string[];
}

/** The best method that the input allows. */
export const chooseMethod = (incident: IncidentCase, hasGraph: boolean): RankingMethod => {
  if (!hasGraph) return 'correlation';
  return incident.metrics[incident.target]?.requests == null ? 'relative-blame' : 'excess-blame';
};

/** Ranks the nodes by the given method, most likely cause first, with evidence lines. */
export const rankNodes = (incident: IncidentCase, method: RankingMethod): RankedNode[] => {
  if (method === 'correlation') {
    return rankByCorrelation(incident).map((b) => ({ ...b, evidence: correlationEvidence(incident, b) }));
  }
  if (method === 'relative-blame') {
    return rankByRelativeBlame(incident).map((b) => ({ ...b, evidence: relativeEvidence(incident, b) }));
  }
  return rankByExcessBlame(incident).map((b) => ({ ...b, evidence: blameEvidence(incident, b) }));
};
