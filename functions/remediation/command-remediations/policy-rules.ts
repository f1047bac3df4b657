import { ALERT_TYPES } from '../../../core/remediation/alerts/alert-types.ts';
import { CATALOGUE } from '../../../core/remediation/catalogue/catalogue.ts';
import { checkPolicy } from '../../../core/remediation/gate/policy/check-policy.ts';
import { isLooser } from '../../../core/remediation/gate/policy/is-looser.ts';
import type { PolicyDeps } from '../../../core/remediation/policies/replace-policy.ts';

/** The rules for policies, with the actions and alert types of this release. */
export const POLICY_RULES: PolicyDeps['rules'] = {
  faultsOf: (policy) => checkPolicy(policy, CATALOGUE, ALERT_TYPES),
  loosened: isLooser,
};
