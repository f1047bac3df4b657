import { UnreadableItemError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { SettingsStore } from './ports.ts';
import { NO_SETTINGS } from './settings.ts';

/**
 * Settings for work that must not stop because a tenant's stored settings cannot be read: the tenant is then served
 * with the defaults, which announce too much rather than nothing. Counted as `ItemUnreadable`.
 */
export const settingsOrNone = (
  store: Pick<SettingsStore, 'get'>,
  telemetry: Telemetry,
): Pick<SettingsStore, 'get'> => ({
  get: async (tenantId) => {
    try {
      return await store.get(tenantId);
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      telemetry.count('ItemUnreadable');
      telemetry.error('settings cannot be read: defaults are used instead', { tenantId }, error);
      return NO_SETTINGS;
    }
  },
});
