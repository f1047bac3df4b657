/** Stored states of circuit breakers in memory. */
import type { BreakerKey, StoredBreaker } from '../../core/platform/breaker-key.ts';
import type { BreakerLister, BreakerStore } from '../../core/platform/resilience/ports.ts';

const textOf = ({ tenantId, kind, name }: BreakerKey): string => `${tenantId} ${kind} ${name}`;

import type { Breaker } from '../../core/shared/resilience/breaker.ts';
import { pageOf } from './shared.ts';

/** Passes every call. */
export const NO_BREAKER: Breaker = { run: (call) => call() };

export const memoryBreakers = (): BreakerStore &
  BreakerLister & { readonly reads: () => number; readonly expire: () => void } => {
  const stored = new Map<string, StoredBreaker>();
  let reads = 0;
  return {
    reads: () => reads,
    /** Deletes every state, as after a week. */
    expire: () => stored.clear(),
    get: async (key) => {
      reads++;
      return stored.get(textOf(key));
    },
    replace: async (next) => {
      if ((stored.get(textOf(next))?.version ?? 0) !== next.version - 1) return false;
      stored.set(textOf(next), next);
      return true;
    },
    list: async (tenantId, page) =>
      pageOf(
        `breakers:${tenantId}`,
        [...stored.values()]
          .filter((each) => each.tenantId === tenantId)
          .sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)),
        page,
      ),
  };
};
