import { type Incident, isOngoing } from '../incident.ts';
import { type ChangeSignal, isEnd, type Signal } from '../signal.ts';
import { attachChanges } from './attach-changes.ts';
import { groupEnd } from './group-end.ts';
import { groupTrigger } from './group-trigger.ts';
import type { GroupingContext } from './grouping-context.ts';
import { absorbedIds, type GroupingResult, unchanged } from './grouping-result.ts';
import { absorbRelated } from './merge-incidents.ts';

/**
 * Groups one signal into a tenant's incidents: it opens an incident, joins the one to which it is related (by time and
 * topology, a common cause key, or coincidence), or connects several incidents into one. A redelivered signal changes
 * nothing, and the order of related signals does not change which of them end up together. Pure: the caller stores the
 * result and removes the absorbed incidents (`applyResult`).
 */
export const groupSignal = (
  incidents: readonly Incident[],
  signal: Signal,
  context: GroupingContext,
): GroupingResult => {
  const own = incidents.filter(({ tenantId }) => tenantId === signal.tenantId);
  const holder = own.find(({ seen }) => seen.includes(signal.signalId));
  if (holder !== undefined) return unchanged('duplicate', holder);
  if (signal.kind === 'change') return groupChange(own, signal, context);
  if (isEnd(signal)) return groupEnd(own, signal, context);
  if (signal.kind === 'alarm' && signal.state !== 'ALARM') return unchanged('ignored', null);
  return groupTrigger(own, signal, context);
};

const groupChange = (
  incidents: readonly Incident[],
  signal: ChangeSignal,
  context: GroupingContext,
): GroupingResult => {
  const ongoing = incidents.filter(isOngoing);
  const known = ongoing.find(({ changes }) => changes.some(({ signalId }) => signalId === signal.signalId));
  if (known !== undefined) return unchanged('duplicate', known);
  for (const incident of ongoing) {
    const attached = attachChanges(incident, [signal], context);
    if (attached.changes.length === incident.changes.length) continue;
    return {
      incident: attached,
      change: { kind: 'change-attached', absorbed: [], isUnfinished: false },
    };
  }
  return unchanged('ignored', null);
};

/** Continues an unfinished merge: absorbs more of the incidents that are related to an ongoing one. */
export const connectIncident = (
  incidents: readonly Incident[],
  incidentId: string,
  context: GroupingContext,
): GroupingResult => {
  const incident = incidents.find((known) => known.incidentId === incidentId);
  if (incident === undefined || !isOngoing(incident)) return unchanged('ignored', null);
  const others = incidents.filter((other) => other !== incident && other.tenantId === incident.tenantId);
  const connected = absorbRelated(incident, others, context, context.maxAbsorbed);
  if (connected.absorbed.length === 0) return unchanged('ignored', null);
  return {
    incident: connected.incident,
    change: {
      kind: 'merged',
      absorbed: absorbedIds([incident, ...connected.absorbed], connected.incident),
      isUnfinished: connected.isUnfinished,
    },
  };
};

/** The incidents after a result: without the absorbed ones and with the new version of the returned one. */
export const applyResult = (
  incidents: readonly Incident[],
  { incident, change }: GroupingResult,
): readonly Incident[] => {
  if (incident === null || change.kind === 'duplicate' || change.kind === 'ignored') return incidents;
  const replaced = new Set([...change.absorbed, incident.incidentId]);
  return [...incidents.filter(({ incidentId }) => !replaced.has(incidentId)), incident];
};
