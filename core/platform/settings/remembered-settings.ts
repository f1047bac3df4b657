import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { SettingsStore } from './ports.ts';
import type { Settings } from './settings.ts';

/** A change of settings may take this long to count in a warm container. */
const CACHE_MS = 60_000;
const CACHE_TENANTS = 1_000;

/**
 * Settings for work on every request: read once a minute for each tenant. While the store is unavailable, the last ones
 * that were read still count.
 * @throws DependencyUnavailableError if they were never read
 */
export const rememberedSettings = (
  store: Pick<SettingsStore, 'get'>,
  now: () => number,
): Pick<SettingsStore, 'get'> => {
  const known = new Map<string, { readonly settings: Settings; readonly until: number }>();
  const read = async (tenantId: string): Promise<Settings> => {
    try {
      return await store.get(tenantId);
    } catch (error) {
      const last = known.get(tenantId);
      if (last === undefined || !(error instanceof DependencyUnavailableError)) throw error;
      return last.settings;
    }
  };
  return {
    get: async (tenantId) => {
      const cached = known.get(tenantId);
      if (cached !== undefined && cached.until > now()) return cached.settings;
      const settings = await read(tenantId);
      if (known.size >= CACHE_TENANTS) known.clear();
      known.set(tenantId, { settings, until: now() + CACHE_MS });
      return settings;
    },
  };
};
