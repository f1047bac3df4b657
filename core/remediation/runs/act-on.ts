/** The resource of a run: how it is called, and whether it is as it was planned. */
import { canonicalJson, type Json } from '../../shared/canonical-json.ts';
import { ConfigurationError } from '../../shared/errors.ts';
import type { CatalogueAction, Change } from '../action.ts';
import { NotManagedError } from '../errors.ts';
import type { RemediationPlan } from '../plan.ts';
import type { ResourceCall, Resources } from '../ports.ts';
import type { Refusal } from '../remediation.ts';
import type { Rules } from './rules.ts';

export interface ResourceDeps {
  readonly resources: Pick<Resources, 'read' | 'change'>;
  readonly rules: Pick<Rules, 'findAction'>;
}

/** @throws ConfigurationError if the catalogue no longer has the action, or only a newer version of it */
export const actionOf = (
  { rules }: Pick<ResourceDeps, 'rules'>,
  { action }: RemediationPlan,
): CatalogueAction => {
  const found = rules.findAction(action.id);
  if (found?.version === action.version) return found;
  throw new ConfigurationError(
    `the catalogue has ${found === undefined ? 'no' : `version ${found.version} of`} action ${action.id}; the plan is for version ${action.version}`,
  );
};

/** `effect`: the undoing of an action is another effect than the action. */
export const resourceCall = (
  deps: Pick<ResourceDeps, 'rules'>,
  plan: RemediationPlan,
  effect: 'action' | 'undo' = 'action',
): ResourceCall => ({
  action: actionOf(deps, plan),
  resource: plan.resource,
  parameters: plan.parameters,
  owner: { tenantId: plan.tenantId, environment: plan.environment },
  remediationId: effect === 'action' ? plan.remediationId : `${plan.remediationId}-undo`,
});

/** True if a resource is in the state on which the change rests, apart from what fluctuates by itself. */
export const isAsPlanned = (action: CatalogueAction, { from }: Change<Json>, present: Json): boolean =>
  canonicalJson(action.basis(from)) === canonicalJson(action.basis(present));

export const CHANGED_RESOURCE: Refusal = {
  rule: 'unchanged-resource',
  reason: 'the resource is not in the state any more for which the change was planned',
  remedy: 'request a new plan for its present state',
};

const unmanaged = (reason: string): Refusal => ({
  rule: 'managed-resource',
  reason,
  remedy: 'tag the resource with its tenant and environment (docs/remediation.md)',
});

/** The state of the resource, or why it is not ours to change. */
export const readManaged = async (
  { resources }: Pick<ResourceDeps, 'resources'>,
  call: ResourceCall,
): Promise<{ readonly present: Json } | { readonly refusal: Refusal }> => {
  try {
    return { present: await resources.read(call) };
  } catch (error) {
    if (error instanceof NotManagedError) return { refusal: unmanaged(error.message) };
    throw error;
  }
};
