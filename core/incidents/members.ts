import type { IncidentMember } from './incident.ts';
import { dedupKey, type TriggerSignal } from './signal.ts';

/** Onsets kept per member; older ones are dropped. */
const MAX_ONSETS = 8;

/** Metric or alarm name of a member: the last part of its key. */
export const subjectOf = ({ key }: Pick<IncidentMember, 'key'>): string => {
  const parts: unknown = JSON.parse(key);
  return Array.isArray(parts) ? String(parts.at(-1)) : '';
};

const confidenceOf = (signal: TriggerSignal): number => {
  if (signal.kind === 'anomaly') return signal.confidence;
  return signal.kind === 'predicted-breach' ? signal.probability : 1;
};

const impactAt = (signal: TriggerSignal): number | null =>
  signal.kind === 'predicted-breach' && signal.timeToImpactSeconds !== null
    ? signal.at + signal.timeToImpactSeconds
    : null;

/** All times at which a member began, ascending. */
export const onsetsOf = ({ firstAt, onsets = [] }: IncidentMember): readonly number[] => [firstAt, ...onsets];

const isActive = (member: IncidentMember): boolean => {
  const { kind, endedAt } = member;
  if (endedAt === undefined) return true;
  // Any later announcement of a breach renews it.
  if (kind === 'predicted-breach') return member.lastAt > endedAt;
  const lastOnset = onsetsOf(member).at(-1)!;
  // Of two alarm states within one second the worse one counts; a one-point anomaly ends at its own onset.
  return kind === 'alarm' ? lastOnset >= endedAt : lastOnset > endedAt;
};

const withActivity = (member: IncidentMember): IncidentMember => ({ ...member, isActive: isActive(member) });

/** The member of a single signal; `endedAt` if its end arrived before it. */
export const memberOf = (signal: TriggerSignal, endedAt?: number): IncidentMember =>
  withActivity({
    key: dedupKey(signal),
    kind: signal.kind,
    targetId: signal.targetId,
    firstAt: signal.at,
    lastAt: Math.max(signal.at, endedAt ?? signal.at),
    count: 1,
    isActive: true,
    confidence: confidenceOf(signal),
    impactAt: impactAt(signal),
    ...(signal.kind === 'alarm' && signal.watches !== undefined ? { watches: signal.watches } : {}),
    ...(endedAt === undefined ? {} : { endedAt }),
  });

/** The member with an end at `endedAt`. An end earlier than the last onset leaves it active. */
export const endMember = (member: IncidentMember, endedAt: number): IncidentMember =>
  withActivity({
    ...member,
    lastAt: Math.max(member.lastAt, endedAt),
    endedAt: Math.max(member.endedAt ?? endedAt, endedAt),
  });

const earliest = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
};

/** A breach is announced again with another severity, and as a reminder: only its first announcement is an onset. */
const laterOnsets = (a: IncidentMember, b: IncidentMember): readonly number[] => {
  if (a.kind === 'predicted-breach') return [];
  const all = [...new Set([...onsetsOf(a), ...onsetsOf(b)])].sort((x, y) => x - y);
  return all.slice(1).slice(-MAX_ONSETS);
};

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** Deliveries of one alarm may or may not name its metric; the choice must not depend on their order. */
const joinWatches = ({ watches: a }: IncidentMember, { watches: b }: IncidentMember): string | undefined =>
  a === undefined || b === undefined ? (a ?? b) : [a, b].sort((x, y) => (x < y ? -1 : 1))[0];

/** Joins two members of the same key. Symmetric in everything but their order. */
export const joinMembers = (a: IncidentMember, b: IncidentMember): IncidentMember => {
  const { onsets: _onsets, endedAt: _endedAt, watches: _watches, ...shared } = a;
  const onsets = laterOnsets(a, b);
  const endedAt = latest(a.endedAt, b.endedAt);
  const watches = joinWatches(a, b);
  return withActivity({
    ...shared,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    count: a.count + b.count,
    confidence: Math.max(a.confidence, b.confidence),
    impactAt: earliest(a.impactAt, b.impactAt),
    ...(watches === undefined ? {} : { watches }),
    ...(onsets.length === 0 ? {} : { onsets }),
    ...(endedAt === undefined ? {} : { endedAt }),
  });
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
