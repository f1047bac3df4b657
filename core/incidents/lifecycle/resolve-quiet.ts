import { isoOfSeconds } from '../../shared/time.ts';
import { type Incident, type IncidentMember, isOngoing } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import { addToTimeline } from '../timeline.ts';

const MAX_DOUBLINGS = 4;

/** Latest time until which a member counts as active. */
const activeUntil = ({ isActive, lastAt }: IncidentMember, { maxActiveSeconds }: IncidentPolicy): number =>
  isActive ? lastAt + maxActiveSeconds : lastAt;

/** Quiet time that an incident needs to resolve; longer for one that has reopened before. */
export const quietSeconds = (incident: Incident, policy: IncidentPolicy): number =>
  policy.quietSeconds * 2 ** Math.min(MAX_DOUBLINGS, incident.reopenCount);

/** Earliest time (epoch seconds) at which an incident resolves by itself if no further signal arrives. */
export const resolvesAt = (incident: Incident, policy: IncidentPolicy): number =>
  Object.values(incident.members).reduce(
    (latest, member) => Math.max(latest, activeUntil(member, policy)),
    incident.lastAt + quietSeconds(incident, policy),
  );

/**
 * Resolves an incident that has no active member and was quiet for its quiet time; null if there is nothing to do. The
 * end is dated to the last signal, not to this check, so that the time to resolve contains no waiting.
 */
export const resolveQuiet = (incident: Incident, now: number, policy: IncidentPolicy): Incident | null => {
  // The cheap test first: it spares most incidents of a storm the pass over their members.
  const isRecent = now < incident.lastAt + quietSeconds(incident, policy);
  if (!isOngoing(incident) || isRecent || now < resolvesAt(incident, policy)) return null;
  const text = `quiet since ${isoOfSeconds(incident.lastAt)}`;
  return {
    ...incident,
    status: 'resolved',
    resolvedAt: incident.lastAt,
    timeline: addToTimeline(incident.timeline, [{ at: now, kind: 'status', key: 'resolved', text }]),
  };
};
