/** Which given permissions are wide, and which taken ones are really gone. */
import type { PlannedGrant, PlannedRule } from './planned-resource.ts';

const BROAD_POLICY = /(AdministratorAccess|PowerUserAccess|FullAccess)(["'}\]]|$)/;
const EVERYONE = /^(AWS:)?\*$/;
/** Any resource is usual for these: they read descriptions, or write what has no resource to name. */
const HARMLESS_ANYWHERE =
  /^(\w+:(Describe|List|Get(Log|Metric|Sampling|Caller|Authorization))|xray:|logs:|cloudwatch:PutMetricData|ssmmessages:|ec2messages:|ec2:(Create|Delete|Describe)NetworkInterface|tag:Get)/;

/** Every action, every action of a service, every resource for more than reading, or everyone. */
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

/** Whether one grant allows all that another did. An empty list of principals stands for the policy's own role. */
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
 * Finds wide grants and those taken away. A statement that only moved or grew shows as one taken and one given: it is not
 * taken away. A lifted denial is wide; a new denial takes away.
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

/** Rules that come or go and make a difference. */
export interface SortedRules {
  readonly opened: readonly PlannedRule[];
  readonly closed: readonly PlannedRule[];
}

/** Rules that let every address in, and rules that are gone. Letting out to everywhere is the usual default. */
export const sortRules = (rules: readonly PlannedRule[]): SortedRules => {
  const added = rules.filter((rule) => rule.added);
  const removed = rules.filter((rule) => !rule.added);
  const opensAll = ({ flow, peer }: PlannedRule): boolean => flow === 'in' && ANYWHERE.test(peer);
  return {
    opened: added.filter((rule) => opensAll(rule) && !removed.some((other) => isSame(other, rule))),
    closed: removed.filter((rule) => !added.some((other) => isSame(other, rule))),
  };
};
