import type { IncidentMember } from './incident.ts';
import {
  type AlarmSignal,
  type AnomalySignal,
  type BreachSignal,
  dedupKey,
  type TriggerSignal,
} from './signal.ts';

const confidenceOf = (signal: TriggerSignal): number => {
  if (signal.kind === 'anomaly') return signal.confidence;
  return signal.kind === 'predicted-breach' ? signal.probability : 1;
};

const impactAt = (signal: AnomalySignal | BreachSignal | AlarmSignal): number | null =>
  signal.kind === 'predicted-breach' && signal.timeToImpactSeconds !== null
    ? signal.at + signal.timeToImpactSeconds
    : null;

/** A member that has seen one signal. */
export const memberOf = (signal: TriggerSignal): IncidentMember => ({
  key: dedupKey(signal),
  kind: signal.kind,
  targetId: signal.targetId,
  firstAt: signal.at,
  lastAt: signal.at,
  count: 1,
  isActive: signal.kind !== 'alarm' || signal.state === 'ALARM',
  confidence: confidenceOf(signal),
  impactAt: impactAt(signal),
});

const earliest = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
};

/** Joins what two sets of signals of one key said; the newest decides whether it goes on, at a tie the active one. */
export const joinMembers = (a: IncidentMember, b: IncidentMember): IncidentMember => {
  const isTie = a.lastAt === b.lastAt;
  const newer = a.lastAt > b.lastAt ? a : b;
  return {
    ...a,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    count: a.count + b.count,
    isActive: isTie ? a.isActive || b.isActive : newer.isActive,
    confidence: Math.max(a.confidence, b.confidence),
    impactAt: earliest(a.impactAt, b.impactAt),
  };
};

/** Joins two sets of members key by key. */
export const joinMemberSets = (
  a: Readonly<Record<string, IncidentMember>>,
  b: Readonly<Record<string, IncidentMember>>,
): Record<string, IncidentMember> => {
  const joined: Record<string, IncidentMember> = { ...a };
  for (const [key, member] of Object.entries(b)) {
    const known = joined[key];
    joined[key] = known === undefined ? member : joinMembers(known, member);
  }
  return joined;
};
