import { HOUR_SECONDS } from '../shared/time.ts';
import {
  INCIDENT_SEVERITIES,
  type Incident,
  type IncidentMember,
  type IncidentSeverity,
  targetSet,
} from './incident.ts';

const THRESHOLDS: readonly (readonly [IncidentSeverity, number])[] = [
  ['critical', 0.75],
  ['high', 0.5],
  ['medium', 0.25],
];

const URGENCY: readonly (readonly [withinSeconds: number, urgency: number])[] = [
  [15 * 60, 1],
  [60 * 60, 0.8],
  [4 * HOUR_SECONDS, 0.5],
];
const LOWEST_URGENCY = 0.3;
const URGENCY_OF_ANOMALY = 0.7;

/** The worse of two severities. */
export const moreSevere = (a: IncidentSeverity, b: IncidentSeverity): IncidentSeverity =>
  INCIDENT_SEVERITIES.indexOf(a) >= INCIDENT_SEVERITIES.indexOf(b) ? a : b;

/** One target counts 0.5, each doubling 0.15 more, up to 1. */
const impactOf = (targets: number): number => Math.min(1, 0.5 + 0.15 * Math.log2(Math.max(1, targets)));

/** Signals of different kinds support each other; repeats of one kind do not: noisy-or over each kind's surest. */
const confidenceOf = (members: readonly IncidentMember[]): number => {
  const surest = new Map<string, number>();
  for (const { kind, confidence } of members) {
    surest.set(kind, Math.max(surest.get(kind) ?? 0, confidence));
  }
  return 1 - [...surest.values()].sort((a, b) => a - b).reduce((doubt, sure) => doubt * (1 - sure), 1);
};

const urgencyOf = (member: IncidentMember, from: number): number => {
  if (member.kind === 'alarm') return 1;
  if (member.impactAt === null) return member.kind === 'anomaly' ? URGENCY_OF_ANOMALY : LOWEST_URGENCY;
  const left = member.impactAt - from;
  return URGENCY.find(([within]) => left <= within)?.[1] ?? LOWEST_URGENCY;
};

/**
 * Severity from impact (targets touched), confidence (of different kinds of signals together) and time to impact
 * (an alarm is there already), multiplied. It takes in all members ever seen, so that it never falls while an incident
 * lasts and does not depend on the order in which signals came.
 */
export const severityOf = (incident: Incident): IncidentSeverity => {
  const members = Object.values(incident.members);
  const urgency = members.reduce((most, member) => Math.max(most, urgencyOf(member, incident.lastAt)), 0);
  const score = impactOf(targetSet(incident).size) * confidenceOf(members) * urgency;
  return THRESHOLDS.find(([, least]) => score >= least)?.[0] ?? 'low';
};
