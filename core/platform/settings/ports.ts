import type { Settings } from './settings.ts';

export interface SettingsStore {
  /** Returns empty settings of version 0 if the tenant never stored any. */
  get(tenantId: string): Promise<Settings>;
  /**
   * Replaces all settings, provided that the stored version is still `settings.version`; returns them with the next version.
   * @throws ConflictError if they were replaced in the meantime
   */
  replace(tenantId: string, settings: Settings): Promise<Settings>;
}
