/** Causes of incidents whose targets report neither latency nor failures. */
import type { CallGraph } from '../diagnosis/call-graph.ts';
import type { RankedCause } from '../diagnosis/diagnose.ts';
import { changeEvidence } from '../diagnosis/evidence.ts';
import { changesNearOnset, type RecentChange } from '../diagnosis/recent-changes.ts';
import { type Incident, type IncidentMember, targetsOf } from '../incidents/incident.ts';
import type { CausesReport } from './causes-report.ts';
import { alarmedTarget, type DiagnosisRows, subjectOf } from './diagnosis-scope.ts';
import { rankFirstToDeviate } from './first-to-deviate.ts';
import type { TargetHistory } from './node-metrics.ts';

const MOST_CAUSES = 10;
/** A change shortly before lifts a score by at most this part. */
const CHANGE_WEIGHT = 0.3;
/** Without any metric the answer is a place to look at, no more. */
const HIGHEST_CONFIDENCE = 0.4;
const WEIGHT_OF_CALLER = 0.3;

type Ranked = Pick<CausesReport, 'target' | 'method' | 'causes' | 'limits'>;

const withChanges = (
  causes: readonly RankedCause[],
  changes: readonly RecentChange[],
  startedAt: number,
): RankedCause[] => {
  const near = changesNearOnset(changes, startedAt);
  return causes
    .map((cause): RankedCause => {
      const change = near.get(cause.node);
      if (change === undefined) return cause;
      const lift = 1 + CHANGE_WEIGHT * change.closeness;
      const evidence = [...cause.evidence, changeEvidence(change)];
      return {
        ...cause,
        score: cause.score * lift,
        confidence: Math.min(1, cause.confidence * lift),
        evidence,
      };
    })
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1))
    .slice(0, MOST_CAUSES);
};

const signalLine = (members: readonly IncidentMember[]): string => {
  const names = members
    .map((member) => `${subjectOf(member)} (${member.kind})`)
    .sort((a, b) => (a < b ? -1 : 1));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `its signals: ${names.slice(0, 3).join(', ')}${more}`;
};

/** Harm travels against calls: of the incident's targets those that call none of the others come first. */
const rankByTopology = (incident: Incident, graph: CallGraph): RankedCause[] => {
  const targets = targetsOf(incident);
  const among = new Set(targets);
  const callers = new Set(
    graph.edges.filter(([from, to]) => from !== to && among.has(from) && among.has(to)).map(([from]) => from),
  );
  const score = (target: string) => (callers.has(target) ? WEIGHT_OF_CALLER : 1);
  const sum = targets.reduce((total, target) => total + score(target), 0);
  return targets.map((node) => ({
    node,
    score: score(node),
    confidence: (HIGHEST_CONFIDENCE * score(node)) / sum,
    evidence: [
      signalLine(Object.values(incident.members).filter(({ targetId }) => targetId === node)),
      callers.has(node)
        ? 'it calls other targets of this incident'
        : 'it calls no other target of this incident',
    ],
  }));
};

const UNCALIBRATED = 'confidences of this method are not calibrated on known incidents';

/** Ranks by who left the usual range first, or, where no metric tells, by topology; with what each could not do. */
export const rankWithoutRequests = (
  incident: Incident,
  graph: CallGraph,
  data: readonly TargetHistory[],
  rows: DiagnosisRows,
  changes: readonly RecentChange[],
): Ranked => {
  const target = alarmedTarget(incident, graph, targetsOf(incident)) ?? '';
  const isAhead = Object.values(incident.members).every(({ kind }) => kind === 'predicted-breach');
  const why = isAhead
    ? 'nothing has gone wrong yet: breaches are predicted, so harm could not be followed'
    : 'no target of this incident shows harm in its latency or failures: it could not be followed along calls';
  const deviating = isAhead ? [] : rankFirstToDeviate(data, rows, incident);
  const causes = withChanges(
    deviating.length > 0 ? deviating : rankByTopology(incident, graph),
    changes,
    incident.startedAt,
  );
  if (deviating.length > 0)
    return { target, method: 'first-to-deviate', causes, limits: [why, UNCALIBRATED] };
  const silent = isAhead
    ? []
    : ['no metric of the targets in reach left its usual range, or none has a day of history'];
  const unlinked = graph.nodes.includes(target) ? [] : ['no dependency graph with this target in it'];
  return { target, method: 'topology', causes, limits: [why, ...silent, ...unlinked, UNCALIBRATED] };
};
