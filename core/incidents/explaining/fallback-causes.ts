/** Ranks the causes of incidents whose targets report neither latency nor failures. */

import type { CausesReport } from '../causes-report.ts';
import type { CallGraph } from '../diagnosis/call-graph.ts';
import { confidences as calibrated } from '../diagnosis/confidence.ts';
import { type ContextEvidence, withContextEvidence } from '../diagnosis/context-evidence.ts';
import type { RankedCause } from '../diagnosis/diagnose.ts';
import { changesNearOnset, type RecentChange } from '../diagnosis/recent-changes.ts';
import { type PastIncident, similarIncidents } from '../diagnosis/similar-incidents.ts';
import { type DiagnosedIncident, type IncidentMember, targetsOf } from '../incident.ts';
import { subjectOf } from '../members.ts';
import type { Deviation } from './deviations.ts';
import { alarmedTarget } from './diagnosis-scope.ts';
import { type DeviatingTarget, rankFirstToDeviate } from './first-to-deviate.ts';

const MAX_CAUSES = 10;
/** Sum of all confidences: without metrics, the answer is only a place to start looking. */
const TOPOLOGY_CEILING = 0.4;
const WEIGHT_OF_CALLER = 0.3;

type Ranked = Pick<CausesReport, 'target' | 'method' | 'causes' | 'limits' | 'similar' | 'signature'>;

/** Adds changes, past incidents and confidence to a ranking. Highest first. */
const asCauses = (
  ranked: readonly DeviatingTarget[],
  context: ContextEvidence,
  confidenceOf: (scores: readonly number[]) => readonly number[],
): RankedCause[] => {
  const best = ranked[0]?.score ?? 0;
  const judged = ranked
    .map(({ node, ...known }) => ({ node, ...withContextEvidence(node, known, best, context) }))
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
  const confidences = confidenceOf(judged.map(({ score }) => score));
  return judged
    .map((cause, i): RankedCause => ({ ...cause, confidence: confidences[i]! }))
    .slice(0, MAX_CAUSES);
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

/** Harm travels against calls: targets that call no other target of the incident come first. */
const rankByTopology = (incident: DiagnosedIncident, graph: CallGraph): DeviatingTarget[] => {
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

const UNCALIBRATED = 'the confidence of this method is not calibrated on known incidents';

/** Input of a ranking without request metrics. */
export interface FallbackMaterial {
  readonly incident: DiagnosedIncident;
  readonly graph: CallGraph;
  readonly deviations: ReadonlyMap<string, readonly Deviation[]>;
  readonly stepSeconds: number;
  readonly changes: readonly RecentChange[];
  /** Incidents before this one. */
  readonly past: readonly PastIncident[];
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Ranks by order of deviation or, if no metric deviated, by topology. */
export const rankWithoutRequests = (material: FallbackMaterial): Ranked => {
  const { incident, graph, past, stepSeconds } = material;
  const target = alarmedTarget(incident, graph, targetsOf(incident)) ?? '';
  const isOnlyPredicted = Object.values(incident.members).every(({ kind }) => kind === 'predicted-breach');
  const why = isOnlyPredicted
    ? 'all signals are predictions: there is no harm yet that could be traced'
    : 'no target of this incident shows harm in its latency or failures that could be traced along calls';
  const deviating = isOnlyPredicted ? [] : rankFirstToDeviate(material.deviations, stepSeconds);
  const signature = Object.fromEntries(deviating.map(({ node, score }) => [node, rounded(score)]));
  const similar = similarIncidents(signature, 'any', past);
  const context = { changes: changesNearOnset(material.changes, incident.startedAt), similar };
  if (deviating.length > 0) {
    const causes = asCauses(deviating, context, (scores) => calibrated('first-to-deviate', scores));
    return { target, method: 'first-to-deviate', causes, limits: [why], similar, signature };
  }
  const causes = asCauses(rankByTopology(incident, graph), context, sharedByScore);
  const silent = isOnlyPredicted
    ? []
    : ['no metric of the targets in reach left its usual range, or none has a day of history'];
  const unlinked = graph.nodes.includes(target) ? [] : ['the dependency graph does not contain this target'];
  const limits = [why, ...silent, ...unlinked, UNCALIBRATED];
  return { target, method: 'topology', causes, limits, similar, signature };
};
