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

export interface GrantCounts {
  readonly widened: number;
  readonly removed: number;
}

/**
 * Counts wide grants and those taken away. A statement that only moved or grew shows as one taken and one given: it is not
 * taken away. A lifted denial is wide; a new denial takes away.
 */
export const countGrants = (grants: readonly PlannedGrant[]): GrantCounts => {
  const given = grants.filter((grant) => grant.given);
  const taken = grants.filter((grant) => !grant.given);
  const isKept = (grant: PlannedGrant): boolean => given.some((other) => covers(other, grant));
  const isOld = (grant: PlannedGrant): boolean => taken.some((other) => covers(other, grant));
  const gone = taken.filter((grant) => !isKept(grant));
  const fresh = given.filter((grant) => !isOld(grant));
  return {
    widened: fresh.filter(isWide).length + gone.filter(({ effect }) => effect === 'deny').length,
    removed: [
      ...gone.filter(({ effect }) => effect === 'allow'),
      ...fresh.filter(({ effect }) => effect === 'deny'),
    ].length,
  };
};

const ANYWHERE = /^(0\.0\.0\.0\/0|::\/0|Everyone \(IPv[46]\))$/;
const samePorts = (a: PlannedRule, b: PlannedRule): boolean =>
  a.flow === b.flow && a.ports === b.ports && (a.peer === b.peer || ANYWHERE.test(a.peer));

/** Rules that let every address in, and rules that are gone. Letting out to everywhere is the usual default. */
export const countRules = (rules: readonly PlannedRule[]): { opened: number; closed: number } => {
  const added = rules.filter((rule) => rule.added);
  const removed = rules.filter((rule) => !rule.added);
  const isNew = (rule: PlannedRule): boolean => !removed.some((other) => samePorts(other, rule));
  return {
    opened: added.filter((rule) => rule.flow === 'in' && ANYWHERE.test(rule.peer) && isNew(rule)).length,
    closed: removed.filter((rule) => !added.some((other) => samePorts(other, rule))).length,
  };
};
