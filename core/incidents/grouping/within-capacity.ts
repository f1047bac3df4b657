import type { Incident, IncidentMember } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';

/** Different signals one incident keeps: with more of them its record would outgrow a stored item (400 KB). */
export const MAX_MEMBERS = 3000;

const byBeginning = (a: IncidentMember, b: IncidentMember): number =>
  a.firstAt - b.firstAt || (a.key < b.key ? -1 : 1);

/**
 * An incident with no more members than it can keep: the first to begin. Signals of the others are counted, and the
 * timeline says so. Which ones stay does not depend on the order of arrival.
 */
export const withinCapacity = (incident: Incident): Incident => {
  if (Object.keys(incident.members).length <= MAX_MEMBERS) return incident;
  const members = Object.values(incident.members).sort(byBeginning);
  const gone = members.slice(MAX_MEMBERS);
  const text = `holds ${MAX_MEMBERS} signals of different targets and metrics: further ones are counted, not listed`;
  const entry = { at: gone[0]!.firstAt, kind: 'full', key: 'full', text } as const;
  return {
    ...incident,
    members: Object.fromEntries(members.slice(0, MAX_MEMBERS).map((member) => [member.key, member])),
    omittedSignals: (incident.omittedSignals ?? 0) + gone.reduce((sum, { count }) => sum + count, 0),
    timeline:
      incident.omittedSignals === undefined ? addToTimeline(incident.timeline, [entry]) : incident.timeline,
  };
};
