/** Causes of incidents whose targets report neither latency nor failures. */

import type { CausesReport } from '../causes-report.ts';
import type { CallGraph } from '../diagnosis/call-graph.ts';
import { confidences } from '../diagnosis/confidence.ts';
import type { RankedCause } from '../diagnosis/diagnose.ts';
import { type OutsideEvidence, withOutsideEvidence } from '../diagnosis/outside-evidence.ts';
import { changesNearOnset, type RecentChange } from '../diagnosis/recent-changes.ts';
import { type PastIncident, similarIncidents } from '../diagnosis/similar-incidents.ts';
import { type Incident, type IncidentMember, targetsOf } from '../incident.ts';
import { subjectOf } from '../members.ts';
import { alarmedTarget } from './diagnosis-scope.ts';
import { type DeviatingTarget, type Deviation, rankFirstToDeviate } from './first-to-deviate.ts';

const MOST_CAUSES = 10;
/** All confidences together: without any metric the answer is a place to look at, no more. */
const TOPOLOGY_CEILING = 0.4;
const WEIGHT_OF_CALLER = 0.3;

type Ranked = Pick<CausesReport, 'target' | 'method' | 'causes' | 'limits' | 'similar' | 'signature'>;

/** Scores with what is known from outside, and what confidence those give, highest first. */
const asCauses = (
  ranked: readonly DeviatingTarget[],
  outside: OutsideEvidence,
  confidenceOf: (scores: readonly number[]) => readonly number[],
): RankedCause[] => {
  const best = ranked[0]?.score ?? 0;
  const judged = ranked
    .map(({ node, ...known }) => ({ node, ...withOutsideEvidence(node, known, best, outside) }))
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
  const sure = confidenceOf(judged.map(({ score }) => score));
  return judged.map((cause, i): RankedCause => ({ ...cause, confidence: sure[i]! })).slice(0, MOST_CAUSES);
};

const sharedByScore = (scores: readonly number[]): number[] => {
  const sum = scores.reduce((total, score) => total + score, 0);
  return scores.map((score) => (TOPOLOGY_CEILING * score) / sum);
};

const signalLine = (members: readonly IncidentMember[]): string => {
  const names = members
    .map((member) => `${subjectOf(member)} (${member.kind})`)
    .sort((a, b) => (a < b ? -1 : 1));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `its signals: ${names.slice(0, 3).join(', ')}${more}`;
};

/** Harm travels against calls: of the incident's targets those that call none of the others come first. */
const rankByTopology = (incident: Incident, graph: CallGraph): DeviatingTarget[] => {
  const targets = targetsOf(incident);
  const among = new Set(targets);
  const callers = new Set(
    graph.edges.filter(([from, to]) => from !== to && among.has(from) && among.has(to)).map(([from]) => from),
  );
  const score = (target: string) => (callers.has(target) ? WEIGHT_OF_CALLER : 1);
  return targets.map((node) => ({
    node,
    score: score(node),
    evidence: [
      signalLine(Object.values(incident.members).filter(({ targetId }) => targetId === node)),
      callers.has(node)
        ? 'it calls other targets of this incident'
        : 'it calls no other target of this incident',
    ],
  }));
};

const UNCALIBRATED = 'confidences of this method are not calibrated on known incidents';

/** What may be looked at where harm cannot be followed along calls. */
export interface FallbackMaterial {
  readonly incident: Incident;
  readonly graph: CallGraph;
  readonly deviations: ReadonlyMap<string, readonly Deviation[]>;
  readonly stepSeconds: number;
  readonly changes: readonly RecentChange[];
  /** Incidents before this one. */
  readonly past: readonly PastIncident[];
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Ranks by who left the usual range first, or, where no metric tells, by topology; with what each could not do. */
export const rankWithoutRequests = (material: FallbackMaterial): Ranked => {
  const { incident, graph, past, stepSeconds } = material;
  const target = alarmedTarget(incident, graph, targetsOf(incident)) ?? '';
  const isAhead = Object.values(incident.members).every(({ kind }) => kind === 'predicted-breach');
  const why = isAhead
    ? 'nothing has gone wrong yet: breaches are predicted, so harm could not be followed'
    : 'no target of this incident shows harm in its latency or failures: it could not be followed along calls';
  const deviating = isAhead ? [] : rankFirstToDeviate(material.deviations, stepSeconds);
  const signature = Object.fromEntries(deviating.map(({ node, score }) => [node, rounded(score)]));
  const similar = similarIncidents(signature, 'any', past);
  const outside = { changes: changesNearOnset(material.changes, incident.startedAt), similar };
  if (deviating.length > 0) {
    const causes = asCauses(deviating, outside, (scores) => confidences('first-to-deviate', scores));
    return { target, method: 'first-to-deviate', causes, limits: [why], similar, signature };
  }
  const causes = asCauses(rankByTopology(incident, graph), outside, sharedByScore);
  const silent = isAhead
    ? []
    : ['no metric of the targets in reach left its usual range, or none has a day of history'];
  const unlinked = graph.nodes.includes(target) ? [] : ['no dependency graph with this target in it'];
  const limits = [why, ...silent, ...unlinked, UNCALIBRATED];
  return { target, method: 'topology', causes, limits, similar, signature };
};
