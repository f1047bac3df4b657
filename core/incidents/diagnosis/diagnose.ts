import { type AlarmGate, judgeAlarm } from './alarm-gate.ts';
import type { CallGraph } from './call-graph.ts';
import { carriedShares } from './carried-share.ts';
import { confidences, type RankingMethod } from './confidence.ts';
import { withContextEvidence } from './context-evidence.ts';
import type { DiagnosisTarget } from './diagnosis-target.ts';
import { type IncidentCase, isSeenInAlarm, prepareCase } from './incident-case.ts';
import { describeLimits } from './limits.ts';
import type { MetricWindow } from './metric-window.ts';
import { chooseMethod, rankNodes } from './rank-nodes.ts';
import { type ChangeEvidence, changesNearOnset, type RecentChange } from './recent-changes.ts';
import {
  type IncidentSignature,
  type PastIncident,
  type SimilarIncident,
  similarIncidents,
} from './similar-incidents.ts';

/** Input of a diagnosis; only `window` and `target` are required. */
export interface DiagnosisInput {
  readonly window: MetricWindow;
  readonly target: DiagnosisTarget;
  readonly graph?: CallGraph | null;
  readonly normal?: MetricWindow | null;
  readonly changes?: readonly RecentChange[];
  readonly pastIncidents?: readonly PastIncident[];
}

/** A possible cause. Scores are at least 0 and descending; `confidence` is the probability that it is the cause. */
export interface RankedCause {
  readonly node: string;
  readonly score: number;
  readonly confidence: number;
  readonly evidence: readonly string[];
  /** The change and the past incident that support it; absent if there is none. */
  readonly change?: ChangeEvidence;
  readonly similar?: SimilarIncident;
}

/** The causes, most likely first, and the basis of the answer. */
export interface DiagnosisReport {
  readonly causes: readonly RankedCause[];
  readonly method: RankingMethod;
  readonly gate: AlarmGate;
  readonly limits: readonly string[];
  readonly similar: readonly SimilarIncident[];
  /** Stored with the incident so that later incidents can be compared with it. */
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
 * Ranks the likely causes of an alarm with evidence and calibrated confidence. It adapts to missing data: `limits` lists
 * the consequences of having no graph, no normal data or no request counts. Deterministic: the result does not depend on
 * names or on the order of the input. Method and limits: docs/adr/0006-diagnosis.md.
 * @throws InvalidInputError if the window does not cover the target or the alarm
 */
export const diagnose = (input: DiagnosisInput): DiagnosisReport => {
  const { window, target, graph = null, normal = null, changes = [], pastIncidents = [] } = input;
  const incident = prepareCase(graph ?? EMPTY_GRAPH, window, target, normal);
  const method = chooseMethod(incident, graph?.nodes.includes(target.node) === true);
  const gate = judgeAlarm(incident);
  const signature = signatureOf(incident);
  const similar = similarIncidents(signature, target.metric, pastIncidents);
  const context = { changes: changesNearOnset(changes, target.timestamp), similar };
  const seen = rankNodes(incident, method).filter(({ node }) => isSeenInAlarm(incident, node));
  const best = seen[0]?.score ?? 0;
  const ranked = seen
    .map((node) => ({ ...node, ...withContextEvidence(incident.names[node.node]!, node, best, context) }))
    .sort((a, b) => Number(a.isNew) - Number(b.isNew) || b.score - a.score || a.node - b.node);
  const probabilities = confidences(
    method,
    ranked.map((node) => (node.isNew ? 0 : node.score)),
  );
  const causes = ranked.map((node, i) => ({
    node: incident.names[node.node]!,
    score: node.isNew ? 0 : rounded(Math.max(0, node.score)),
    confidence: rounded(probabilities[i]!),
    evidence: node.evidence,
    ...(node.change === undefined ? {} : { change: node.change }),
    ...(node.similar === undefined ? {} : { similar: node.similar }),
  }));
  const limits = describeLimits(incident, method, target, gate, normal !== null);
  return { causes, method, gate, limits, similar, signature };
};
