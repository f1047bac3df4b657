/** Rules about the plan itself: it must be what the catalogue, the policy and the request say, and not too old. */
import { canonicalJson } from '../../shared/canonical-json.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { MIN_CONFIDENCE } from '../policy.ts';
import { CLOCK_SKEW_SECONDS } from './ledger-rules.ts';
import { type Rule, unless } from './rule.ts';

const AGAIN = 'plan it again';

export const actionVersion: Rule = ({ plan, action }) =>
  unless(
    plan.action.version === action.version,
    () =>
      `the plan is for version ${plan.action.version} of ${action.id}, and this release has ${action.version}`,
    AGAIN,
  );

/** What the plan says about its action must be what the catalogue says. */
export const matchesCatalogue: Rule = ({ plan, action }) =>
  unless(
    plan.effect === action.effect && plan.risk === action.risk && plan.reversibility === action.reversibility,
    () => `the plan describes ${action.id} differently from the catalogue`,
    AGAIN,
  );

export const statedParameters: Rule = ({ plan, allowed, action }) => {
  const stated = action.parameters.safeParse(allowed.parameters);
  return unless(
    stated.success && canonicalJson(stated.data) === canonicalJson(plan.parameters),
    () => `the plan's parameters of ${action.id} are not those of the policy`,
    AGAIN,
  );
};

/** The policy may have changed since, as every rule judges the present one; but not to an earlier one. */
export const policyVersion: Rule = ({ plan, world }) =>
  unless(
    plan.policyVersion <= world.policyVersion,
    () => `the plan is for version ${plan.policyVersion} of the policy, and it has ${world.policyVersion}`,
    AGAIN,
  );

/** A person asked for one action of one resource, and gets no other. */
export const asRequested: Rule = ({ plan: { cause, action, resource } }) =>
  unless(
    cause.kind !== 'request' || (cause.action === action.id && cause.resource === resource),
    () => 'the plan is not what was asked for',
    AGAIN,
  );

/** What an alert means is the owner's statement at the time of the action, never its sender's. */
export const mappedAlert: Rule = ({ plan, policy }) => {
  const { cause, problem, resource } = plan;
  if (cause.kind !== 'alert') return null;
  const mapping = policy.alerts.find(({ source, name }) => source === cause.source && name === cause.name);
  return unless(
    mapping?.resource === resource && mapping.alertType === problem.alertType,
    () => `the policy does not map the alert ${cause.name} to ${problem.alertType} of ${resource}`,
    'map the alert in the policy',
  );
};

export const coveredTargets: Rule = ({ plan, managed }) =>
  unless(
    plan.problem.targetIds.some((target) => managed.targets.includes(target)),
    () => `the problem is not about a target of ${plan.resource}`,
    'add the target to the resource in the policy',
  );

export const confidence: Rule = ({ plan, environment }) => {
  const least = Math.max(MIN_CONFIDENCE, environment.minConfidence);
  return unless(
    plan.problem.confidence > least,
    () => `the confidence is ${plan.problem.confidence}, and more than ${least} is needed`,
    'wait for more evidence, such as a later forecast',
  );
};

/** A plan from the future is not valid either: a clock is wrong. */
export const expiry: Rule = ({ plan, environment, world }) => {
  const { plannedAt, expiresAt } = plan;
  const most = plannedAt + (environment.planMinutes + environment.approvalMinutes) * 60;
  const until = Math.min(expiresAt, most);
  return unless(
    plannedAt <= world.now + CLOCK_SKEW_SECONDS && world.now < until,
    () => `the plan is valid from ${shown(plannedAt)} to ${shown(until)}`,
    AGAIN,
  );
};

const LAST_DATE = 8.64e12;
const shown = (seconds: number): string => isoOfSeconds(Math.min(seconds, LAST_DATE));
