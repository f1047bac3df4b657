import type { Incident } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';

/** Of a set of members, which never changes, under the policy that it was computed with. */
interface Presence {
  readonly policy: IncidentPolicy;
  readonly until: number;
}

const presences = new WeakMap<Incident['members'], Presence>();

const activeUntil = (members: Incident['members'], policy: IncidentPolicy): number => {
  let until = -Infinity;
  for (const key in members) {
    const { isActive, firstAt, lastAt } = members[key]!;
    if (!isActive) continue;
    const bound = Math.min(lastAt + policy.presentSeconds, firstAt + policy.maxActiveSeconds);
    until = Math.max(until, bound);
  }
  return until;
};

/**
 * The time (epoch seconds) until which an incident counts as going on: its last signal, or longer while a member is
 * active, but at most `presentSeconds` after the last report of that member and `maxActiveSeconds` after its first one,
 * so that a member whose end is never reported does not take in what has nothing to do with it.
 */
export const presentUntil = (
  { members, lastAt }: Pick<Incident, 'members' | 'lastAt'>,
  policy: IncidentPolicy,
): number => {
  const known = presences.get(members);
  if (known?.policy === policy) return Math.max(lastAt, known.until);
  const until = activeUntil(members, policy);
  presences.set(members, { policy, until });
  return Math.max(lastAt, until);
};
