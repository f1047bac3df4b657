import { actorOf } from '../../../core/platform/actor.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import type { WebhookGenerations } from '../../../core/platform/secrets/ports.ts';
import { replaceWebhookSecrets } from '../../../core/platform/secrets/webhook-generation.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { HOUR_SECONDS, isoOfSeconds } from '../../../core/shared/time.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps {
  readonly settings: Pick<SettingsStore, 'replace'>;
  readonly generations: WebhookGenerations;
}

const putSettings = ({ settings, telemetry }: Deps) =>
  route(PLATFORM_OPERATIONS.putSettings, async ({ caller, body }) => {
    const { tenantId } = caller;
    const stored = await settings.replace(tenantId, body);
    telemetry.info('settings replaced', { tenantId, version: stored.version, by: actorOf(caller) });
    telemetry.count('SettingsChanged');
    return stored;
  });

const replaceSecrets = ({ generations, telemetry }: Deps) =>
  route(PLATFORM_OPERATIONS.replaceWebhookSecrets, async ({ caller, body, receivedAt }) => {
    const { tenantId } = caller;
    const times = {
      now: Math.floor(receivedAt / 1000),
      overlap: Math.floor(body.overlapHours * HOUR_SECONDS),
    };
    const { generation, formerUntil } = await replaceWebhookSecrets(generations, tenantId, times);
    telemetry.info('webhook secrets replaced', { tenantId, generation, by: actorOf(caller) });
    return { generation, replacedValidUntil: isoOfSeconds(formerUntil) };
  });

export const settingsRoutes = (deps: Deps): RoutesOf<typeof PLATFORM_OPERATIONS, 'command-settings'> => ({
  putSettings: putSettings(deps),
  replaceWebhookSecrets: replaceSecrets(deps),
});

/** Replaces a tenant's settings and the secrets of its webhooks. */
export const makeHandler = (deps: Deps) => serveCommands(settingsRoutes(deps), deps);
