import { openApiDocument } from '../../../core/api/openapi.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { route } from '../../runtime/route.ts';

export interface PlatformSources {
  readonly settings: Pick<SettingsStore, 'get'>;
}

const getHealth = () => route(PLATFORM_OPERATIONS.getHealth, async () => ({ status: 'ok' }));

const getOpenApi = () => {
  let document: object | undefined;
  return route(PLATFORM_OPERATIONS.getOpenApi, async () => {
    document ??= openApiDocument();
    return document;
  });
};

const getSettings = ({ settings }: PlatformSources) =>
  route(PLATFORM_OPERATIONS.getSettings, async ({ caller }) => settings.get(caller.tenantId));

export const platformQueries = (sources: PlatformSources) => ({
  getHealth: getHealth(),
  getOpenApi: getOpenApi(),
  getSettings: getSettings(sources),
});
