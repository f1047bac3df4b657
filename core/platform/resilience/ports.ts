/** States of circuit breakers that all processes share. */
import type { Page, PageRequest } from '../../shared/page.ts';
import type { BreakerKey, StoredBreaker } from '../breaker-key.ts';

export interface BreakerStore {
  /** Strongly consistent; undefined if it never changed, or not within a week. */
  get(key: BreakerKey): Promise<StoredBreaker | undefined>;
  /**
   * Stores version `next.version` in place of the version before; false if another version is stored.
   * @throws DependencyUnavailableError if the store is throttled or down
   */
  replace(next: StoredBreaker): Promise<boolean>;
}

export interface BreakerLister {
  /** The breakers of a tenant that changed within the last week, by kind and name. */
  list(tenantId: string, page: PageRequest): Promise<Page<StoredBreaker>>;
}
