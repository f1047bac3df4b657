import { rememberByTenant } from '../remember-by-tenant.ts';
import type { SettingsStore } from './ports.ts';

/** A change of settings may take this long to count in a warm container. */
const CACHE_MS = 60_000;

/**
 * Settings for work on every request: read once a minute for each tenant. While the store is unavailable, the last ones
 * that were read still count.
 * @throws DependencyUnavailableError if they were never read
 */
export const rememberedSettings = (
  store: Pick<SettingsStore, 'get'>,
  now: () => number,
): Pick<SettingsStore, 'get'> => {
  const remembered = rememberByTenant((tenantId) => store.get(tenantId), now);
  return { get: (tenantId) => remembered(tenantId, CACHE_MS) };
};
