import { openApiDocument } from '../../../core/api/openapi.ts';
import { presentBreaker } from '../../../core/platform/api/breakers.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { PLATFORM_OPERATIONS } from '../../../core/platform/api/operations.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import type { StoredBreaker } from '../../../core/platform/breaker-key.ts';
import type { BreakerLister } from '../../../core/platform/resilience/ports.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { route } from '../../runtime/route.ts';

export interface PlatformSources {
  readonly breakers: BreakerLister;
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

const listBreakers = ({ breakers }: PlatformSources) =>
  route(PLATFORM_OPERATIONS.listBreakers, async ({ caller, query, receivedAt }) => {
    const { state, ...page } = query;
    const shown = (breaker: StoredBreaker) => presentBreaker(breaker, receivedAt);
    const found = await filteredPage(
      (part) => breakers.list(caller.tenantId, part),
      (breaker) => state === undefined || shown(breaker).state === state,
      page,
    );
    return presentPage(found, shown);
  });

export const platformQueries = (sources: PlatformSources) => ({
  getHealth: getHealth(),
  getOpenApi: getOpenApi(),
  getSettings: getSettings(sources),
  listBreakers: listBreakers(sources),
});
