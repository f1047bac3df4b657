import type { IncidentMember } from './incident.ts';
import { dedupKey, type TriggerSignal } from './signal.ts';

/** Beginnings of one member that are told apart; with more, the oldest are forgotten. */
const MOST_ONSETS = 8;

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

/** Whether a member that began so last, and is known to be over up to `over`, goes on. */
const goesOn = (kind: IncidentMember['kind'], began: number, over: number | undefined): boolean => {
  if (over === undefined) return true;
  // Of an alarm's two states within one second the worse counts; an anomaly of a single point ends where it began.
  return kind === 'alarm' ? began >= over : began > over;
};

const withActivity = (member: IncidentMember): IncidentMember => ({
  ...member,
  isActive: goesOn(member.kind, onsetsOf(member).at(-1)!, member.over),
});

/** A member that has seen one signal; `over` where its end arrived earlier. */
export const memberOf = (signal: TriggerSignal, over?: number): IncidentMember =>
  withActivity({
    key: dedupKey(signal),
    kind: signal.kind,
    targetId: signal.targetId,
    firstAt: signal.at,
    lastAt: Math.max(signal.at, over ?? signal.at),
    count: 1,
    isActive: true,
    confidence: confidenceOf(signal),
    impactAt: impactAt(signal),
    ...(signal.kind === 'alarm' && signal.watches !== undefined ? { watches: signal.watches } : {}),
    ...(over === undefined ? {} : { over }),
  });

/** A member whose end at `over` is known. */
export const endMember = (member: IncidentMember, over: number): IncidentMember =>
  withActivity({
    ...member,
    lastAt: Math.max(member.lastAt, over),
    over: Math.max(member.over ?? over, over),
  });

const earliest = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
};

/** A breach is predicted anew in every run: only the first prediction is a beginning. */
const laterOnsets = (a: IncidentMember, b: IncidentMember): readonly number[] => {
  if (a.kind === 'predicted-breach') return [];
  const all = [...new Set([...onsetsOf(a), ...onsetsOf(b)])].sort((x, y) => x - y);
  return all.slice(1).slice(-MOST_ONSETS);
};

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** Deliveries of one alarm may name its metric or not; where they differ, the choice must not depend on their order. */
const joinWatches = ({ watches: a }: IncidentMember, { watches: b }: IncidentMember): string | undefined =>
  a === undefined || b === undefined ? (a ?? b) : [a, b].sort((x, y) => (x < y ? -1 : 1))[0];

/** Joins what two sets of signals of one key said, whichever came first. */
export const joinMembers = (a: IncidentMember, b: IncidentMember): IncidentMember => {
  const { onsets: _onsets, over: _over, watches: _watches, ...common } = a;
  const onsets = laterOnsets(a, b);
  const over = latest(a.over, b.over);
  const watches = joinWatches(a, b);
  return withActivity({
    ...common,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    count: a.count + b.count,
    confidence: Math.max(a.confidence, b.confidence),
    impactAt: earliest(a.impactAt, b.impactAt),
    ...(watches === undefined ? {} : { watches }),
    ...(onsets.length === 0 ? {} : { onsets }),
    ...(over === undefined ? {} : { over }),
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
