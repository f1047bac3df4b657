import { type Incident, isOngoing } from '../incident.ts';
import { endMember } from '../members.ts';
import { dedupKey, type EndSignal } from '../signal.ts';
import { addToTimeline, signalEntry } from '../timeline.ts';
import type { GroupingContext } from './grouping-context.ts';
import { type GroupingResult, unchanged } from './grouping-result.ts';
import { absorbRelated, remember } from './merge-incidents.ts';

const ended = (incident: Incident, key: string, signal: EndSignal): Incident => {
  const member = endMember(incident.members[key]!, signal.at);
  return {
    ...incident,
    lastAt: Math.max(incident.lastAt, member.lastAt),
    members: { ...incident.members, [key]: member },
    timeline: addToTimeline(incident.timeline, [signalEntry('cleared', signal)]),
    seen: remember(incident.seen, [signal.signalId]),
  };
};

/**
 * An alarm that went back to normal or an anomaly that is over: ends its member in the ongoing incident that holds it,
 * and opens none. A late report of an earlier end does not end what began again since. Where no ongoing incident holds
 * the member the end may have overtaken its beginning, and is to be remembered.
 */
export const groupEnd = (
  incidents: readonly Incident[],
  signal: EndSignal,
  context: GroupingContext,
): GroupingResult => {
  const key = dedupKey(signal);
  const holder = incidents.find((known) => isOngoing(known) && known.members[key] !== undefined);
  if (holder === undefined) return unchanged('early-end', null);
  const known = holder.members[key]!;
  const after = ended(holder, key, signal);
  // The member may be over already, or on again since: later ends than the known one still date the end.
  if (after.members[key]!.isActive || signal.at <= (known.over ?? -Infinity))
    return unchanged('ignored', holder);
  const others = incidents.filter((other) => other !== holder);
  const { incident, absorbed, isUnfinished } = absorbRelated(after, others, context, context.maxAbsorbed);
  const gone = [holder, ...absorbed].map(({ incidentId }) => incidentId);
  return {
    incident,
    change: {
      kind: absorbed.length > 0 ? 'merged' : 'cleared',
      absorbed: gone.filter((id) => id !== incident.incidentId).toSorted((a, b) => (a < b ? -1 : 1)),
      isSeverityRaised: false,
      isUnfinished,
    },
  };
};
