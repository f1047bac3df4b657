import { HOUR_SECONDS } from '../shared/time.ts';
import {
  INCIDENT_SEVERITIES,
  type Incident,
  type IncidentMember,
  type IncidentSeverity,
  targetSet,
} from './incident.ts';

const MIN_SCORES: readonly (readonly [IncidentSeverity, number])[] = [
  ['critical', 0.75],
  ['high', 0.5],
  ['medium', 0.25],
];

const URGENCY_BY_TIME_LEFT: readonly (readonly [withinSeconds: number, urgency: number])[] = [
  [15 * 60, 1],
  [HOUR_SECONDS, 0.8],
  [4 * HOUR_SECONDS, 0.5],
];
const MIN_URGENCY = 0.3;
const URGENCY_OF_ANOMALY = 0.7;

const rankOf = (severity: IncidentSeverity): number => INCIDENT_SEVERITIES.indexOf(severity);

/** The worse of two severities. */
export const moreSevere = (a: IncidentSeverity, b: IncidentSeverity): IncidentSeverity =>
  rankOf(a) >= rankOf(b) ? a : b;

/** True if `after` is worse than `before`. */
export const hasRisen = (before: IncidentSeverity, after: IncidentSeverity): boolean =>
  rankOf(after) > rankOf(before);

/** 0.5 for one target, 0.15 more for each doubling, up to 1. */
const impactOf = (targets: number): number => Math.min(1, 0.5 + 0.15 * Math.log2(Math.max(1, targets)));

/** Noisy-or over the highest confidence of each kind: different kinds support each other, repeats of one kind do not. */
const confidenceOf = (members: readonly IncidentMember[]): number => {
  const highest = new Map<string, number>();
  for (const { kind, confidence } of members) {
    highest.set(kind, Math.max(highest.get(kind) ?? 0, confidence));
  }
  const doubt = [...highest.values()]
    .sort((a, b) => a - b)
    .reduce((product, confidence) => product * (1 - confidence), 1);
  return 1 - doubt;
};

const urgencyOf = (member: IncidentMember, from: number): number => {
  if (member.kind === 'alarm') return 1;
  if (member.impactAt === null) return member.kind === 'anomaly' ? URGENCY_OF_ANOMALY : MIN_URGENCY;
  const timeLeft = member.impactAt - from;
  return URGENCY_BY_TIME_LEFT.find(([within]) => timeLeft <= within)?.[1] ?? MIN_URGENCY;
};

/**
 * Severity from the product of impact (number of targets), confidence (of all kinds of signals together) and urgency
 * (time to impact; an alarm is already harm). It counts all members ever seen, so it never falls during an incident
 * and does not depend on the order of signals.
 */
export const severityOf = (incident: Pick<Incident, 'members' | 'lastAt'>): IncidentSeverity => {
  const members = Object.values(incident.members);
  const urgency = members.reduce((max, member) => Math.max(max, urgencyOf(member, incident.lastAt)), 0);
  const score = impactOf(targetSet(incident).size) * confidenceOf(members) * urgency;
  return MIN_SCORES.find(([, min]) => score >= min)?.[0] ?? 'low';
};
