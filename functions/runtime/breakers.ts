/** The circuit breakers of a function. */
import { makeBreakerTableClient } from '../../adapters/aws/clients.ts';
import { useServiceBreakers } from '../../adapters/aws/service-breakers.ts';
import { dynamoBreakerStore } from '../../adapters/platform/resilience/breaker-store.ts';
import { actionBreakerKey, type BreakerKey } from '../../core/platform/breaker-key.ts';
import { sharedBreaker } from '../../core/platform/resilience/breakers.ts';
import type { Sharing } from '../../core/platform/resilience/shared-cell.ts';
import type { EventPublisher } from '../../core/shared/messaging.ts';
import type { Breaker } from '../../core/shared/resilience/breaker.ts';
import type { BreakerRules } from '../../core/shared/resilience/breaker-rules.ts';
import { breakerRules } from './breaker-rules.ts';
import { telemetry } from './observe.ts';
import { table } from './tables.ts';

export interface SharedBreakers {
  readonly integration: (name: string) => Breaker;
  /** Of a remediation: calls do not pass while the shared state is unavailable. */
  readonly action: (tenantId: string, actionId: string, resourceKind: string) => Breaker;
}

export interface SharedBreakersEnvironment {
  readonly REQUESTS_TABLE_NAME: string;
  /** The tenant of the operator, to whom services and integrations belong. */
  readonly OWN_TENANT_ID: string;
}

/**
 * Breakers whose state this function shares with all others that call this; also those of the services of AWS. The
 * function needs `RequestTable.grantBreakers`.
 */
export const sharedBreakers = (env: SharedBreakersEnvironment, events: EventPublisher): SharedBreakers => {
  const client = makeBreakerTableClient();
  const store = dynamoBreakerStore({ ...table(env.REQUESTS_TABLE_NAME), client });
  const deps = { store, events, telemetry, now: Date.now };
  const own = env.OWN_TENANT_ID;
  const known = new Map<string, Breaker>();
  const breaker = (key: BreakerKey, rules: BreakerRules, sharing: Sharing): Breaker => {
    const id = JSON.stringify(key);
    const made = known.get(id) ?? sharedBreaker({ ...deps, rules }, key, sharing);
    known.set(id, made);
    return made;
  };
  useServiceBreakers((name) =>
    breaker({ tenantId: own, kind: 'service', name }, breakerRules.services, 'after-failure'),
  );
  return {
    integration: (name) =>
      breaker({ tenantId: own, kind: 'integration', name }, breakerRules.integrations, 'before-call'),
    action: (...names) => breaker(actionBreakerKey(...names), breakerRules.actions, 'always'),
  };
};
