import { type Incident, type IncidentMember, isOngoing } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import { addToTimeline } from '../timeline.ts';

const MAX_DOUBLINGS = 4;

/** When a member no longer counts as going on, whatever is heard or not heard of it. */
const endOf = (member: IncidentMember, { breachActiveSeconds, maxActiveSeconds }: IncidentPolicy): number => {
  if (!member.isActive) return member.lastAt;
  return member.lastAt + (member.kind === 'predicted-breach' ? breachActiveSeconds : maxActiveSeconds);
};

/** How long all must be quiet: an incident that came back before has to be quiet for longer. */
export const quietSeconds = (incident: Incident, policy: IncidentPolicy): number =>
  policy.quietSeconds * 2 ** Math.min(MAX_DOUBLINGS, incident.reopenCount);

/** The earliest time (epoch seconds) at which an incident resolves by itself, if nothing more is heard. */
export const quietAt = (incident: Incident, policy: IncidentPolicy): number =>
  Object.values(incident.members).reduce(
    (latest, member) => Math.max(latest, endOf(member, policy)),
    incident.lastAt + quietSeconds(incident, policy),
  );

/**
 * Resolves an incident of which nothing goes on any more and nothing was heard for its quiet time; null where there is
 * nothing to do. The end is dated to the last signal, not to the moment this was noticed, so that the time to repair
 * holds no waiting.
 */
export const resolveQuiet = (incident: Incident, now: number, policy: IncidentPolicy): Incident | null => {
  const isLoud = now < incident.lastAt + quietSeconds(incident, policy);
  if (!isOngoing(incident) || isLoud || now < quietAt(incident, policy)) return null;
  return {
    ...incident,
    status: 'resolved',
    resolvedAt: incident.lastAt,
    timeline: addToTimeline(incident.timeline, [
      {
        at: now,
        kind: 'status',
        key: 'resolved',
        text: `quiet since ${new Date(incident.lastAt * 1000).toISOString()}`,
      },
    ]),
  };
};
