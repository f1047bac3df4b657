import { actorOf } from '../../../core/platform/actor.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps {
  readonly settings: Pick<SettingsStore, 'replace'>;
}

const putSettings = ({ settings, telemetry }: Deps) =>
  route(PLATFORM_OPERATIONS.putSettings, async ({ caller, body }) => {
    const { tenantId } = caller;
    const stored = await settings.replace(tenantId, body);
    telemetry.info('settings replaced', { tenantId, version: stored.version, by: actorOf(caller) });
    telemetry.count('SettingsChanged');
    return stored;
  });

export const settingsRoutes = (deps: Deps): RoutesOf<typeof PLATFORM_OPERATIONS, 'command-settings'> => ({
  putSettings: putSettings(deps),
});

/** Replaces a tenant's settings. */
export const makeHandler = (deps: Deps) => serveCommands(settingsRoutes(deps), deps);
