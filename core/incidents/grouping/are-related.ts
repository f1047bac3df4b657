import { type Incident, targetSet } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import type { GroupingContext } from './grouping-context.ts';
import { presentUntil } from './present-until.ts';

/** True if the two lists have an element in common. */
export const overlap = (a: readonly string[], b: readonly string[]): boolean =>
  a.some((key) => b.includes(key));

const gapBetween = (a: Incident, b: Incident): number =>
  Math.max(0, a.startedAt - b.lastAt, b.startedAt - a.lastAt);

/** As `gapBetween`, but an incident lasts while its members are active. */
const quietBetween = (a: Incident, b: Incident, policy: IncidentPolicy): number =>
  Math.max(0, a.startedAt - presentUntil(b, policy), b.startedAt - presentUntil(a, policy));

const shareMember = (a: Incident, b: Incident): boolean =>
  Object.keys(a.members).some((key) => b.members[key] !== undefined);

/**
 * True if two incidents are one: they have a cause key in common or touch targets near each other, and one began while
 * the other went on or within the window around it; or the same signal came back within the reopening window. A merged incident is related to
 * everything that its parts were related to, so the order of merging does not change the result.
 */
export const areRelated = (a: Incident, b: Incident, context: GroupingContext): boolean => {
  const { windowSeconds, reopenWindowSeconds } = context.policy;
  if (a.tenantId !== b.tenantId) return false;
  const [smaller, larger] = targetSet(a).size <= targetSet(b).size ? [a, b] : [b, a];
  if (gapBetween(a, b) <= reopenWindowSeconds && shareMember(smaller, larger)) return true;
  if (quietBetween(a, b, context.policy) > windowSeconds) return false;
  if (overlap(a.causeKeys, b.causeKeys)) return true;
  const others = targetSet(larger);
  // `isNear` caches by its first argument: pass the targets of the smaller incident first.
  return [...targetSet(smaller)].some(
    (target) => others.has(target) || [...others].some((other) => context.isNear(target, other)),
  );
};
