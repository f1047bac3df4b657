import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import type { Settings } from '../../core/platform/settings/settings.ts';

/**
 * Settings for functions that read them on every invocation: a tenant's settings are read again after `keepMs`, so a
 * change takes that long to apply everywhere.
 */
export const cachedSettings = (
  store: Pick<SettingsStore, 'get'>,
  now: () => number,
  keepMs = 60_000,
): Pick<SettingsStore, 'get'> => {
  const known = new Map<string, { readonly settings: Promise<Settings>; readonly until: number }>();
  return {
    get: (tenantId) => {
      const found = known.get(tenantId);
      if (found !== undefined && found.until > now()) return found.settings;
      const settings = store.get(tenantId);
      known.set(tenantId, { settings, until: now() + keepMs });
      // A failure is not cached: the next call reads again.
      settings.catch(() => known.delete(tenantId));
      return settings;
    },
  };
};
