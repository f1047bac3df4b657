import { type Incident, isOngoing } from '../incident.ts';
import { type ChangeSignal, isEnd, type Signal } from '../signal.ts';
import { groupEnd } from './group-end.ts';
import { groupTrigger } from './group-trigger.ts';
import type { GroupingContext } from './grouping-context.ts';
import { type GroupingResult, unchanged } from './grouping-result.ts';
import { absorbRelated, attachChanges } from './merge-incidents.ts';

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
      change: { kind: 'change-attached', absorbed: [], isSeverityRaised: false, isUnfinished: false },
    };
  }
  return unchanged('ignored', null);
};

/**
 * Folds one signal into a tenant's incidents: it opens one, joins the one it is related to by time and topology, shared
 * cause or coincidence, or connects several into one. A redelivered signal changes nothing; the order in which related
 * signals arrive does not change which of them end up together. An end that arrives before what it ends is an
 * `early-end`, which the caller remembers. Pure: the caller stores the result and drops the absorbed incidents
 * (`applyResult`).
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

/** Goes on where a fold was unfinished: makes what is related to an ongoing incident part of it. */
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
  const { incidentId: survivor } = connected.incident;
  const gone = [incident, ...connected.absorbed]
    .map((each) => each.incidentId)
    .filter((id) => id !== survivor);
  return {
    incident: connected.incident,
    change: {
      kind: 'merged',
      absorbed: gone,
      isSeverityRaised: false,
      isUnfinished: connected.isUnfinished,
    },
  };
};

/** The incidents after a fold: the absorbed ones gone, the returned one in place. */
export const applyResult = (
  incidents: readonly Incident[],
  { incident, change }: GroupingResult,
): readonly Incident[] => {
  if (incident === null || change.kind === 'duplicate' || change.kind === 'ignored') return incidents;
  const gone = new Set([...change.absorbed, incident.incidentId]);
  return [...incidents.filter(({ incidentId }) => !gone.has(incidentId)), incident];
};
