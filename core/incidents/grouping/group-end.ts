import { type Incident, isOngoing } from '../incident.ts';
import { endMember } from '../members.ts';
import { dedupKey, type EndSignal } from '../signal.ts';
import { addToTimeline, signalEntry } from '../timeline.ts';
import type { GroupingContext } from './grouping-context.ts';
import { absorbedIds, type GroupingResult, unchanged } from './grouping-result.ts';
import { absorbRelated, remember } from './merge-incidents.ts';

const withEnd = (incident: Incident, key: string, signal: EndSignal): Incident => {
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
 * Groups an alarm that returned to OK, an anomaly that is over or a breach that is no longer predicted: ends its member in the ongoing incident that holds it.
 * It opens no incident, and a late report of an earlier end does not end a member that began again. If no ongoing
 * incident holds the member, the end may have overtaken its beginning: it is an early end.
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
  const after = withEnd(holder, key, signal);
  // The member may have begun again since. If it is over already, only a later end moves the end.
  if (after.members[key]!.isActive || signal.at <= (known.endedAt ?? -Infinity))
    return unchanged('ignored', holder);
  const others = incidents.filter((other) => other !== holder);
  const { incident, absorbed, isUnfinished } = absorbRelated(after, others, context, context.maxAbsorbed);
  return {
    incident,
    change: {
      kind: absorbed.length > 0 ? 'merged' : 'cleared',
      absorbed: absorbedIds([holder, ...absorbed], incident),
      isUnfinished,
    },
  };
};
