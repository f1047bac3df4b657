/** Incidents, causes and topology as the API shows them. */

import type * as z from 'zod';
import { type CausesReport, confidenceBand } from '../incidents/causes-report.ts';
import { componentOfIncident, componentOfMember } from '../incidents/component.ts';
import type { DependencyGraph } from '../incidents/dependency-graph.ts';
import { type Incident as FoundIncident, type IncidentMember, targetsOf } from '../incidents/incident.ts';
import { responseTimes } from '../incidents/lifecycle/response-times.ts';
import { subjectOf } from '../incidents/members.ts';
import { isoOfSeconds } from '../shared/time.ts';
import type { Causes, Incident, IncidentSummary, Topology } from './incident-answers.ts';

const STAMPS = ['acknowledgedAt', 'mitigatedAt', 'resolvedAt', 'reviewedAt'] as const;

const stampsOf = (incident: FoundIncident): Partial<Record<(typeof STAMPS)[number], string>> =>
  Object.fromEntries(
    STAMPS.flatMap((name) => (incident[name] === undefined ? [] : [[name, isoOfSeconds(incident[name])]])),
  );

export const presentSummary = (incident: FoundIncident): z.infer<typeof IncidentSummary> => {
  const { toDetect, toAcknowledge, toMitigate, toResolve } = responseTimes(incident);
  return {
    id: incident.incidentId,
    status: incident.status,
    severity: incident.severity,
    component: componentOfIncident(incident),
    startedAt: isoOfSeconds(incident.startedAt),
    lastAt: isoOfSeconds(incident.lastAt),
    detectedAt: isoOfSeconds(incident.detectedAt),
    ...stampsOf(incident),
    targets: targetsOf(incident),
    signals: Object.keys(incident.members).length,
    ...(incident.omittedSignals === undefined ? {} : { omittedSignals: incident.omittedSignals }),
    reopened: incident.reopenCount,
    responseTimes: { detect: toDetect, acknowledge: toAcknowledge, mitigate: toMitigate, resolve: toResolve },
  };
};

const presentMember = (member: IncidentMember) => ({
  kind: member.kind,
  target: member.targetId,
  subject: subjectOf(member),
  component: componentOfMember(member),
  firstAt: isoOfSeconds(member.firstAt),
  lastAt: isoOfSeconds(member.lastAt),
  count: member.count,
  active: member.isActive,
  confidence: member.confidence,
});

export const presentIncident = (incident: FoundIncident): z.infer<typeof Incident> => ({
  ...presentSummary(incident),
  members: Object.values(incident.members)
    .sort((a, b) => a.firstAt - b.firstAt || (a.key < b.key ? -1 : 1))
    .map(presentMember),
  ...(incident.conclusion === undefined
    ? {}
    : { conclusion: { ...incident.conclusion, at: isoOfSeconds(incident.conclusion.at) } }),
  changes: incident.changes.map(({ signalId, targetId, at, summary }) => ({
    id: signalId,
    target: targetId,
    at: isoOfSeconds(at),
    summary,
  })),
  timeline: incident.timeline.map(({ at, kind, text, by }) => ({
    at: isoOfSeconds(at),
    kind,
    text,
    ...(by === undefined ? {} : { by }),
  })),
});

/** Before the first diagnosis there is no report. */
export const presentCauses = (
  incidentId: string,
  report: CausesReport | undefined,
): z.infer<typeof Causes> => {
  if (report === undefined)
    return { incident: incidentId, status: 'pending', items: [], harm: [], limits: [], similar: [] };
  const { method, target, metric, window, graphVersion, limits } = report;
  return {
    incident: incidentId,
    status: 'found',
    diagnosedAt: isoOfSeconds(report.diagnosedAt),
    method,
    followed: { target, ...(metric === undefined ? {} : { metric }) },
    window: { from: isoOfSeconds(window.from), to: isoOfSeconds(window.to), stepSeconds: window.stepSeconds },
    ...(graphVersion === undefined ? {} : { graphVersion }),
    items: report.causes.map(({ node, score, confidence, evidence, recommendation }) => ({
      ...{ target: node, score, confidence, band: confidenceBand(confidence) },
      evidence: [...evidence],
      ...(recommendation === undefined ? {} : { recommendation }),
    })),
    harm: Object.entries(report.signature).map(([of, share]) => ({ target: of, share })),
    limits: [...limits],
    similar: report.similar.map(
      ({ incident: { incidentId: id, cause, fixedBy, isConfirmed }, similarity }) => ({
        ...{ incident: id, similarity, cause, confirmed: isConfirmed === true },
        ...(fixedBy === undefined ? {} : { fixedBy }),
      }),
    ),
  };
};

/** `updatedAt` in epoch seconds; 0 where nothing was ever stored. */
export const presentTopology = (graph: DependencyGraph, updatedAt: number): z.infer<typeof Topology> => ({
  version: graph.version,
  ...(updatedAt === 0 ? {} : { updatedAt: isoOfSeconds(updatedAt) }),
  nodes: [...graph.nodes],
  edges: graph.edges.map((edge) => ({ ...edge, lastSeen: isoOfSeconds(edge.lastSeen) })),
});
