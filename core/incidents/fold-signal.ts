import type { FoldContext } from './fold-policy.ts';
import { type FoldResult, unchanged } from './fold-result.ts';
import { foldTrigger } from './fold-trigger.ts';
import { type Incident, isOngoing } from './incident.ts';
import { attachChanges, remember } from './merge-incidents.ts';
import { type AlarmSignal, type ChangeSignal, dedupKey, type Signal } from './signal.ts';
import { addToTimeline, signalEntry } from './timeline.ts';

/** An alarm that went back to normal: ends its member in the ongoing incident that holds it, and opens none. */
const foldClear = (incidents: readonly Incident[], signal: AlarmSignal): FoldResult => {
  const key = dedupKey(signal);
  const incident = incidents.find((known) => isOngoing(known) && known.members[key] !== undefined);
  const member = incident?.members[key];
  if (incident === undefined || member === undefined) return unchanged('ignored', null);
  // A late report of an earlier recovery must not end what started again since.
  const isNews = signal.at > member.lastAt;
  const ended = isNews ? { ...member, lastAt: signal.at, isActive: false } : member;
  return {
    incident: {
      ...incident,
      lastAt: Math.max(incident.lastAt, signal.at),
      members: { ...incident.members, [key]: ended },
      timeline: addToTimeline(incident.timeline, isNews ? [signalEntry('cleared', signal)] : []),
      seen: remember(incident.seen, [signal.signalId]),
    },
    change: { kind: 'cleared', absorbed: [], isSeverityRaised: false },
  };
};

const foldChange = (
  incidents: readonly Incident[],
  signal: ChangeSignal,
  context: FoldContext,
): FoldResult => {
  const ongoing = incidents.filter(isOngoing);
  const known = ongoing.find(({ changes }) => changes.some(({ signalId }) => signalId === signal.signalId));
  if (known !== undefined) return unchanged('duplicate', known);
  for (const incident of ongoing) {
    const attached = attachChanges(incident, [signal], context);
    if (attached.changes.length === incident.changes.length) continue;
    return { incident: attached, change: { kind: 'change-attached', absorbed: [], isSeverityRaised: false } };
  }
  return unchanged('ignored', null);
};

/**
 * Folds one signal into a tenant's incidents: it opens one, joins the one it is related to by time and topology or
 * shared cause, or connects several into one. A redelivered signal changes nothing; the order in which related signals
 * arrive does not change which of them end up together. An alarm's return to OK that arrives before the alarm itself
 * is ignored. Pure: the caller stores the result and drops the absorbed incidents (`applyFold`).
 */
export const foldSignal = (
  incidents: readonly Incident[],
  signal: Signal,
  context: FoldContext,
): FoldResult => {
  const own = incidents.filter(({ tenantId }) => tenantId === signal.tenantId);
  const holder = own.find(({ seen }) => seen.includes(signal.signalId));
  if (holder !== undefined) return unchanged('duplicate', holder);
  if (signal.kind === 'change') return foldChange(own, signal, context);
  if (signal.kind !== 'alarm' || signal.state === 'ALARM') return foldTrigger(own, signal, context);
  return signal.state === 'OK' ? foldClear(own, signal) : unchanged('ignored', null);
};

/** The incidents after a fold: the absorbed ones gone, the returned one in place. */
export const applyFold = (
  incidents: readonly Incident[],
  { incident, change }: FoldResult,
): readonly Incident[] => {
  if (incident === null || change.kind === 'duplicate') return incidents;
  const gone = new Set([...change.absorbed, incident.incidentId]);
  return [...incidents.filter(({ incidentId }) => !gone.has(incidentId)), incident];
};
