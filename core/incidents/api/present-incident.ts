import type * as z from 'zod';
import { isoOfSeconds } from '../../shared/time.ts';
import { componentOfIncident, componentOfMember } from '../component.ts';
import { type IncidentMember, type Incident as StoredIncident, targetsOf } from '../incident.ts';
import { responseTimes } from '../lifecycle/response-times.ts';
import { subjectOf } from '../members.ts';
import type { Incident, IncidentSummary } from './incidents.ts';

const STAMPS = ['acknowledgedAt', 'mitigatedAt', 'resolvedAt', 'reviewedAt'] as const;

const stampsOf = (incident: StoredIncident): Partial<Record<(typeof STAMPS)[number], string>> =>
  Object.fromEntries(
    STAMPS.flatMap((name) => (incident[name] === undefined ? [] : [[name, isoOfSeconds(incident[name])]])),
  );

export const presentIncidentSummary = (incident: StoredIncident): z.infer<typeof IncidentSummary> => {
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

export const presentIncident = (incident: StoredIncident): z.infer<typeof Incident> => ({
  ...presentIncidentSummary(incident),
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
