/** Names of circuit breakers. */
import type { BreakerState } from '../shared/resilience/breaker-state.ts';

/**
 * `service`: a service of AWS; `integration`: a system that the stage's settings list; `action`: a kind of remediation on
 * a kind of resource.
 */
export const DEPENDENCY_KINDS = ['service', 'integration', 'action'] as const;
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/**
 * A breaker belongs to the tenant whose calls it counts, so that no tenant opens one of another. Services and
 * integrations belong to the deployment: their breakers are those of the operator's tenant.
 */
export interface BreakerKey {
  readonly tenantId: string;
  readonly kind: DependencyKind;
  /** Such as `dynamodb`, `pager` or `restart-service on ecs-service`. */
  readonly name: string;
}

/** A breaker as it is stored; `version` counts its changes. */
export interface StoredBreaker extends BreakerKey {
  readonly state: BreakerState;
  readonly version: number;
}

/** The breaker of an action on a kind of resource, for one tenant. */
export const actionBreakerKey = (tenantId: string, actionId: string, resourceKind: string): BreakerKey => ({
  tenantId,
  kind: 'action',
  name: `${actionId} on ${resourceKind}`,
});

/** Names the dependency in messages. */
export const dependencyText = ({ kind, name }: Pick<BreakerKey, 'kind' | 'name'>): string =>
  `${kind} ${name}`;
