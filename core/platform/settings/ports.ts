/** Where a tenant's settings are kept. */
import type { Settings } from './settings.ts';

export interface SettingsStore {
  /** The empty settings of version 0 where the tenant has never stored any. */
  get(tenantId: string): Promise<Settings>;
  /**
   * Replaces all settings if the stored version is still `settings.version`; returns them with the next version.
   * @throws ConflictError when somebody else replaced them meanwhile
   */
  replace(tenantId: string, settings: Settings): Promise<Settings>;
}
