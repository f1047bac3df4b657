import { describeIssues } from '../../../shared/describe-issues.ts';
import type { CatalogueAction } from '../../action.ts';
import type { ManagedResource, RemediationPolicy } from '../../policy.ts';
import { readResourceId } from '../../resource.ts';

/**
 * What is wrong with a policy besides its form, as sentences for people: actions and alert types that do not exist,
 * actions of other kinds of resources, and parameters that the action does not take. Empty if nothing is.
 */
export const checkPolicy = (
  policy: RemediationPolicy,
  actions: readonly CatalogueAction[],
  alertTypes: readonly { readonly id: string }[],
): readonly string[] => {
  const known = new Set(alertTypes.map(({ id }) => id));
  const unknown = policy.alerts
    .filter(({ alertType }) => !known.has(alertType))
    .map(({ name, alertType }) => `alert ${name}: no alert type ${alertType}`);
  return [...checkActions(policy, actions), ...unknown];
};

const checkActions = (
  { resources }: RemediationPolicy,
  actions: readonly CatalogueAction[],
): readonly string[] => {
  const byId = new Map(actions.map((action) => [action.id, action]));
  return resources.flatMap((managed) =>
    managed.actions.flatMap((allowed) => {
      const fault = faultOf(managed, allowed, byId.get(allowed.action));
      return fault === '' ? [] : [`${managed.resource}: ${fault}`];
    }),
  );
};

const faultOf = (
  { resource }: ManagedResource,
  { action: id, parameters }: ManagedResource['actions'][number],
  action: CatalogueAction | undefined,
): string => {
  if (action === undefined) return `no action ${id}`;
  const { kind } = readResourceId(resource);
  if (kind !== action.resourceKind) return `${id} is for ${action.resourceKind}, not for ${kind}`;
  const parsed = action.parameters.safeParse(parameters);
  return parsed.success ? '' : `parameters of ${id}: ${describeIssues(parsed.error)}`;
};
