import { PLATFORM_WRITE_OPERATIONS } from '../../../core/api/operations.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { type Command, validated } from '../../runtime/command.ts';
import { type CommandHandlerDeps, commandHandler } from '../../runtime/command-handler.ts';

export interface Deps extends CommandHandlerDeps {
  readonly settings: Pick<SettingsStore, 'replace'>;
}

const putSettings = ({ settings, telemetry }: Deps): Command =>
  validated(PLATFORM_WRITE_OPERATIONS.putSettings, async ({ tenantId, name }, body) => {
    const stored = await settings.replace(tenantId, body);
    telemetry.count('SettingsChanged');
    telemetry.info('settings replaced', { tenantId, version: stored.version, apiKey: name });
    return stored;
  });

/** Replaces a tenant's settings. */
export const makeHandler = (deps: Deps) =>
  commandHandler(PLATFORM_WRITE_OPERATIONS, { putSettings: putSettings(deps) }, deps);
