import { type AlarmGate, judgeAlarm } from './alarm-gate.ts';
import type { CallGraph } from './call-graph.ts';
import { carriedShares } from './carried-share.ts';
import { confidences, type RankingMethod } from './confidence.ts';
import type { DiagnosisTarget } from './diagnosis-target.ts';
import { type IncidentCase, isSeenInAlarm, prepareCase } from './incident-case.ts';
import { describeLimits } from './limits.ts';
import type { MetricWindow } from './metric-window.ts';
import { withOutsideEvidence } from './outside-evidence.ts';
import { chooseMethod, rankNodes } from './rank-nodes.ts';
import { type ChangeEvidence, changesNearOnset, type RecentChange } from './recent-changes.ts';
import {
  type IncidentSignature,
  type PastIncident,
  type SimilarIncident,
  similarIncidents,
} from './similar-incidents.ts';

/** All that a diagnosis may look at; only `window` and `target` are needed. */
export interface DiagnosisInput {
  readonly window: MetricWindow;
  readonly target: DiagnosisTarget;
  readonly graph?: CallGraph | null;
  readonly normal?: MetricWindow | null;
  readonly changes?: readonly RecentChange[];
  readonly pastIncidents?: readonly PastIncident[];
}

/** A possible cause. `score` (at least 0) falls along the list; `confidence` is the probability, in [0, 1], that this is the cause. */
export interface RankedCause {
  readonly node: string;
  readonly score: number;
  readonly confidence: number;
  readonly evidence: readonly string[];
  /** The change and the past incident that speak for it; left out where there is none. */
  readonly change?: ChangeEvidence;
  readonly similar?: SimilarIncident;
}

/** The answer, most likely cause first, and what it rests on. */
export interface DiagnosisReport {
  readonly causes: readonly RankedCause[];
  readonly method: RankingMethod;
  readonly gate: AlarmGate;
  readonly limits: readonly string[];
  readonly similar: readonly SimilarIncident[];
  /** To be kept with the incident, so that later ones can be compared with it. */
  readonly signature: IncidentSignature;
}

const EMPTY_GRAPH: CallGraph = { nodes: [], edges: [] };

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

const signatureOf = (incident: IncidentCase): IncidentSignature => {
  const shares = carriedShares(incident).map((share) => Math.max(0, share?.carried ?? 0));
  return Object.fromEntries(
    incident.names.flatMap((name, node) => (shares[node]! >= 0.01 ? [[name, rounded(shares[node]!)]] : [])),
  );
};

/**
 * Names the likely causes of an alarm with evidence and calibrated confidence. Uses what there is: without a graph,
 * normal data or request counts it says in `limits` what it could not do. Deterministic; no name and no input order
 * changes the result. Throws InvalidInputError when the window does not cover the target or the alarm.
 * Method and its limits: docs/adr/0006-diagnosis.md.
 */
export const diagnose = (input: DiagnosisInput): DiagnosisReport => {
  const { window, target, graph = null, normal = null, changes = [], pastIncidents = [] } = input;
  const incident = prepareCase(graph ?? EMPTY_GRAPH, window, target, normal);
  const method = chooseMethod(incident, graph?.nodes.includes(target.node) === true);
  const gate = judgeAlarm(incident);
  const signature = signatureOf(incident);
  const similar = similarIncidents(signature, target.metric, pastIncidents);
  const outside = { changes: changesNearOnset(changes, target.timestamp), similar };
  const seen = rankNodes(incident, method).filter(({ node }) => isSeenInAlarm(incident, node));
  const best = seen[0]?.score ?? 0;
  const ranked = seen
    .map((node) => ({ ...node, ...withOutsideEvidence(incident.names[node.node]!, node, best, outside) }))
    .sort((a, b) => Number(a.isNew) - Number(b.isNew) || b.score - a.score || a.node - b.node);
  const sure = confidences(
    method,
    ranked.map((node) => (node.isNew ? 0 : node.score)),
  );
  const causes = ranked.map((node, i) => ({
    node: incident.names[node.node]!,
    score: node.isNew ? 0 : rounded(Math.max(0, node.score)),
    confidence: rounded(sure[i]!),
    evidence: node.evidence,
    ...(node.change === undefined ? {} : { change: node.change }),
    ...(node.similar === undefined ? {} : { similar: node.similar }),
  }));
  const limits = describeLimits(incident, method, target, gate, normal !== null);
  return { causes, method, gate, limits, similar, signature };
};
