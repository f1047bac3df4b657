import type { IncidentMember } from '../incident.ts';
import { subjectOf } from '../members.ts';

const UUID_HEX_OR_NUMBER = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,}|\d+/gi;
const MIN_LETTERS = 3;

/** An alarm's name without the parts that identify its target: `web-1-errors` and `web-2-errors` are `web-#-errors`. */
export const alarmPattern = (alarmName: string, targetId: string): string => {
  const withoutIds = (name: string) =>
    name.replaceAll(UUID_HEX_OR_NUMBER, (found) => (/\d/.test(found) ? '#' : found));
  const pattern = withoutIds(alarmName.replaceAll(targetId, '*'));
  const letters = pattern.match(/\p{L}/gu)?.length ?? 0;
  return letters < MIN_LETTERS ? withoutIds(alarmName) : pattern;
};

const subjects = new WeakMap<IncidentMember, string>();

/** The subject of a member regardless of its target: a metric, or a pattern of alarm names. Cached: members never change. */
export const coincidenceSubject = (member: IncidentMember): string => {
  const known = subjects.get(member);
  if (known !== undefined) return known;
  const name = subjectOf(member);
  const subject = member.kind === 'alarm' ? `alarm ${alarmPattern(name, member.targetId)}` : `metric ${name}`;
  subjects.set(member, subject);
  return subject;
};
