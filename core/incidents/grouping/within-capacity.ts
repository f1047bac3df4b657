import type { Incident, IncidentMember } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';

/** Members that one incident keeps, so that its record stays bounded. */
export const MAX_MEMBERS = 3000;

const byOnset = (a: IncidentMember, b: IncidentMember): number =>
  a.firstAt - b.firstAt || (a.key < b.key ? -1 : 1);

/**
 * Keeps the earliest members of an incident, at most `MAX_MEMBERS`, and counts the signals of the others. The selection
 * does not depend on the order of arrival.
 */
export const withinCapacity = (incident: Incident): Incident => {
  if (Object.keys(incident.members).length <= MAX_MEMBERS) return incident;
  const members = Object.values(incident.members).sort(byOnset);
  const dropped = members.slice(MAX_MEMBERS);
  const text = `the incident is full: it lists ${MAX_MEMBERS} different signals and only counts further ones`;
  const entry = { at: dropped[0]!.firstAt, kind: 'full', key: 'full', text } as const;
  return {
    ...incident,
    members: Object.fromEntries(members.slice(0, MAX_MEMBERS).map((member) => [member.key, member])),
    omittedSignals: (incident.omittedSignals ?? 0) + dropped.reduce((sum, { count }) => sum + count, 0),
    timeline:
      incident.omittedSignals === undefined ? addToTimeline(incident.timeline, [entry]) : incident.timeline,
  };
};
