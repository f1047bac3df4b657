/** Finds granted permissions that are too wide, and removed permissions that no other statement grants. */
import type { PlannedGrant, PlannedRule } from './planned-resource.ts';

const BROAD_POLICY = /(AdministratorAccess|PowerUserAccess|FullAccess)(["'}\]]|$)/;
const EVERYONE = /^(AWS:)?\*$/;
/** Actions that usually need `*` as resource: they read metadata, or do not support resource-level permissions. */
const HARMLESS_ANYWHERE =
  /^(\w+:(Describe|List|Get(Log|Metric|Sampling|Caller|Authorization))|xray:|logs:|cloudwatch:PutMetricData|ssmmessages:|ec2messages:|ec2:(Create|Delete|Describe)NetworkInterface|tag:Get)/;

/** Wide: all actions, all actions of a service, all resources for more than reading, or all principals. */
const isWide = ({ effect, actions, resources, principals, isConditional }: PlannedGrant): boolean => {
  if (effect === 'deny') return false;
  if (principals.some((name) => EVERYONE.test(name)) && !isConditional) return true;
  if (actions.some((action) => action === '*' || /^[\w-]+:\*$/.test(action) || BROAD_POLICY.test(action)))
    return true;
  return resources.includes('*') && actions.some((action) => !HARMLESS_ANYWHERE.test(action));
};

const matches = (pattern: string, text: string): boolean =>
  pattern === text || (pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1)));

const allCovered = (needed: readonly string[], given: readonly string[]): boolean =>
  needed.every((text) => given.some((pattern) => matches(pattern, text)));

/** True if one grant allows everything that another did. No principals means the role that the policy belongs to. */
const covers = (given: PlannedGrant, taken: PlannedGrant): boolean =>
  given.effect === taken.effect &&
  (taken.isConditional || !given.isConditional) &&
  allCovered(taken.actions, given.actions) &&
  allCovered(taken.resources, given.resources) &&
  allCovered(taken.principals, given.principals);

/** Grants that make access wider, and those that make it narrower. */
export interface SortedGrants {
  readonly widened: readonly PlannedGrant[];
  readonly removed: readonly PlannedGrant[];
}

/**
 * Finds wide grants and removed grants. A statement that moved or grew appears as one removed and one granted, and does
 * not count as removed. Removing a denial counts as widening; adding one counts as removing.
 */
export const sortGrants = (grants: readonly PlannedGrant[]): SortedGrants => {
  const given = grants.filter((grant) => grant.given);
  const taken = grants.filter((grant) => !grant.given);
  const gone = taken.filter((grant) => !given.some((other) => covers(other, grant)));
  const fresh = given.filter((grant) => !taken.some((other) => covers(other, grant)));
  const denies = ({ effect }: PlannedGrant): boolean => effect === 'deny';
  return {
    widened: [...fresh.filter(isWide), ...gone.filter(denies)],
    removed: [...gone.filter((grant) => !denies(grant)), ...fresh.filter(denies)],
  };
};

const ANYWHERE = /^(0\.0\.0\.0\/0|::\/0|Everyone \(IPv[46]\))$/;
const isSame = (a: PlannedRule, b: PlannedRule): boolean =>
  a.flow === b.flow && a.ports === b.ports && (a.peer === b.peer || ANYWHERE.test(a.peer));

/** Added and removed rules that matter. */
export interface SortedRules {
  readonly opened: readonly PlannedRule[];
  readonly closed: readonly PlannedRule[];
}

/** Finds rules that allow inbound traffic from every address, and removed rules. Outbound to anywhere is the default. */
export const sortRules = (rules: readonly PlannedRule[]): SortedRules => {
  const added = rules.filter((rule) => rule.added);
  const removed = rules.filter((rule) => !rule.added);
  const opensAll = ({ flow, peer }: PlannedRule): boolean => flow === 'in' && ANYWHERE.test(peer);
  return {
    opened: added.filter((rule) => opensAll(rule) && !removed.some((other) => isSame(other, rule))),
    closed: removed.filter((rule) => !added.some((other) => isSame(other, rule))),
  };
};
