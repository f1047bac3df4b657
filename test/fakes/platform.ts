/** The ports of platform in memory, with the guarantees of the real stores. */

import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import { NO_SETTINGS, type Settings } from '../../core/platform/settings/settings.ts';
import { ConflictError } from '../../core/shared/errors.ts';

/** Settings by tenant, replaced only by whoever read the newest. */
export const memorySettings = (initial: Readonly<Record<string, Settings>> = {}): SettingsStore => {
  const stored = new Map(Object.entries(initial));
  return {
    get: async (tenantId) => stored.get(tenantId) ?? NO_SETTINGS,
    replace: async (tenantId, settings) => {
      if ((stored.get(tenantId)?.version ?? 0) !== settings.version)
        throw new ConflictError('changed meanwhile');
      const next = { ...settings, version: settings.version + 1 };
      stored.set(tenantId, next);
      return next;
    },
  };
};
