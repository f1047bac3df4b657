import { describeIssues } from '../../shared/describe-issues.ts';
import type { CatalogueAction } from '../action.ts';
import { ALERT_TYPES } from '../alerts/alert-types.ts';
import { CATALOGUE, findAction } from '../catalogue/catalogue.ts';
import type { RemediationPlan } from '../plan.ts';
import {
  type AllowedAction,
  type AutonomyStage,
  type EnvironmentPolicy,
  lowerStage,
  type ManagedResource,
  type RemediationCeiling,
  RemediationPolicy,
} from '../policy.ts';
import type { Refusal } from '../remediation.ts';
import type { GateWorld } from './gate-world.ts';
import { checkPolicy } from './policy/check-policy.ts';

/** The parts of policy and catalogue that a plan names. */
export interface Permission {
  readonly policy: RemediationPolicy;
  readonly environment: EnvironmentPolicy;
  readonly managed: ManagedResource;
  readonly allowed: AllowedAction;
  readonly action: CatalogueAction;
  /** The stage in force. */
  readonly stage: AutonomyStage;
}

/** What the rules judge. */
export interface Matter extends Permission {
  readonly plan: RemediationPlan;
  readonly world: GateWorld;
}

const policyRefusal = (reason: string, remedy: string): Refusal => ({ rule: 'policy', reason, remedy });

/** A malformed part of the policy refuses everything, not only what it is about. */
const readPolicy = (stored: GateWorld['policy']): RemediationPolicy | Refusal => {
  if (stored === null) return policyRefusal('the tenant has no remediation policy', 'store a policy');
  const parsed = RemediationPolicy.safeParse(stored);
  if (!parsed.success)
    return policyRefusal(
      `the policy cannot be read: ${describeIssues(parsed.error)}`,
      'correct the policy and store it again',
    );
  const [fault] = checkPolicy(parsed.data, CATALOGUE, ALERT_TYPES);
  return fault === undefined ? parsed.data : policyRefusal(fault, 'correct the policy and store it again');
};

/**
 * Finds what a plan names in the policy and in the catalogue. A part that is missing or malformed refuses the plan before
 * any rule is asked.
 */
export const permissionOf = (
  { environment: name, resource, action: { id } }: RemediationPlan,
  stored: GateWorld['policy'],
  ceiling: RemediationCeiling,
): Permission | Refusal => {
  const policy = readPolicy(stored);
  if ('rule' in policy) return policy;
  const environment = new Map(Object.entries(policy.environments)).get(name);
  const managed = policy.resources.find((each) => each.resource === resource);
  if (environment === undefined || managed?.environment !== name)
    return {
      rule: 'managed-resource',
      reason: `the policy has no resource ${resource} in the environment ${name}`,
      remedy: 'add the resource to the policy',
    };
  const allowed = managed.actions.find(({ action }) => action === id);
  const action = findAction(id);
  if (allowed === undefined || action === undefined)
    return {
      rule: 'allowed-action',
      reason: `the policy does not allow ${id} on ${resource}`,
      remedy: 'allow the action in the policy',
    };
  const stage = lowerStage(environment.stage, ceiling.maxStage);
  return { policy, environment, managed, allowed, action, stage };
};
