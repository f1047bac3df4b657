import type { FoldPolicy } from './fold-policy.ts';
import { type Incident, type IncidentMember, isOngoing } from './incident.ts';
import { addToTimeline } from './timeline.ts';

const MAX_DOUBLINGS = 4;
/** An alarm that was never heard of again does not keep an incident open for ever. */
const ALARM_MAX_AGE_SECONDS = 86_400;

const isGoingOn = (member: IncidentMember, now: number, policy: FoldPolicy): boolean => {
  const age = now - member.lastAt;
  return member.isActive && age < (member.kind === 'alarm' ? ALARM_MAX_AGE_SECONDS : policy.activeSeconds);
};

/** How long all must be quiet: an incident that came back before has to be quiet for longer. */
export const quietSeconds = (incident: Incident, policy: FoldPolicy): number =>
  policy.quietSeconds * 2 ** Math.min(MAX_DOUBLINGS, incident.reopenCount);

/**
 * Resolves an incident of which nothing goes on any more and nothing was heard for its quiet time; null where there is
 * nothing to do. The end is dated to the last signal, not to the moment this was noticed, so that the time to repair
 * holds no waiting.
 */
export const settleIncident = (incident: Incident, now: number, policy: FoldPolicy): Incident | null => {
  const members = Object.values(incident.members);
  if (!isOngoing(incident) || members.some((member) => isGoingOn(member, now, policy))) return null;
  if (now - incident.lastAt < quietSeconds(incident, policy)) return null;
  return {
    ...incident,
    status: 'resolved',
    resolvedAt: incident.lastAt,
    timeline: addToTimeline(incident.timeline, [
      { at: now, kind: 'status', key: 'resolved', text: `quiet since ${incident.lastAt}` },
    ]),
  };
};
