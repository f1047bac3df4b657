import { describe, expect, it } from 'vitest';
import type { LineUp } from '../../../../core/models/line-up.ts';
import { readRoutes, setRoute } from '../../../../core/models/rollout/tenant-routes.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { memoryModelStore, memoryRouteStore } from '../../../fakes/models.ts';
import { NOW, SCOPE, sampleLineUp } from '../samples.ts';

const SHARED = { tenantId: 'operator', kind: SCOPE.kind };

const world = async (own: LineUp, shared: LineUp) => {
  const store = memoryModelStore();
  await store.commit({ scope: SCOPE, lineUp: { item: own, revision: 0 } });
  await store.commit({ scope: SHARED, lineUp: { item: shared, revision: 0 } });
  return { store, routes: memoryRouteStore(), sharedTenantId: 'operator' };
};

const entry = (over = {}) => ({
  ...{ kind: SCOPE.kind, region: null, follows: 'own' as const, pinned: null, ...over },
});

describe('the routes of a tenant', () => {
  const own = sampleLineUp({ champion: '0.1.0', former: ['0.0.0'] });
  const shared = sampleLineUp({ champion: '7.0.0', former: ['6.0.0'] });
  const serves = async (deps: Awaited<ReturnType<typeof world>>, region: string | null) => {
    const route = await readRoutes(deps, { ...SCOPE, region });
    return route({ series: 'server-1/cpu', now: NOW }).serves;
  };

  it('follow its own line-up, until it follows the shared one or pins a version', async () => {
    const deps = await world(own, shared);
    expect(await serves(deps, 'eu')).toBe('0.1.0');
    await setRoute(deps, 'acme', entry({ follows: 'shared' }));
    expect(await serves(deps, 'eu')).toBe('7.0.0');
    await setRoute(deps, 'acme', entry({ region: 'eu', pinned: '0.0.0' }));
    expect([await serves(deps, 'eu'), await serves(deps, 'us')]).toEqual(['0.0.0', '7.0.0']);
    const table = await setRoute(deps, 'acme', entry({ region: 'eu' }));
    expect(table.entries).toHaveLength(2);
    expect(await serves(deps, 'eu')).toBe('0.1.0');
  });

  it('pin nothing that must not serve', async () => {
    const deps = await world(own, shared);
    await expect(setRoute(deps, 'acme', entry({ pinned: '7.0.0' }))).rejects.toThrow(
      'version 7.0.0 of fleet-trees cannot be pinned; possible are 0.1.0, 0.0.0',
    );
    await setRoute(deps, 'acme', entry({ follows: 'shared', pinned: '6.0.0' }));
    expect(await serves(deps, null)).toBe('6.0.0');
  });

  it('are limited in number', async () => {
    const deps = await world(own, shared);
    const entries = Array.from({ length: 200 }, (_, index) => entry({ region: `region-${index}` }));
    await deps.routes.replace('acme', { item: { entries }, revision: 0 });
    const further = setRoute(deps, 'acme', entry({ region: 'eu' }));
    await expect(further).rejects.toThrow('a tenant may have 200 routes');
    await expect(further).rejects.toBeInstanceOf(InvalidInputError);
    expect((await setRoute(deps, 'acme', entry({ region: 'region-7' }))).entries).toHaveLength(200);
  });

  it('keep the changes of several people at once', async () => {
    const deps = await world(own, shared);
    const regions = ['eu', 'us', 'ap'];
    await Promise.all(regions.map((region) => setRoute(deps, 'acme', entry({ region }))));
    expect(new Set((await deps.routes.get('acme')).item.entries.map(({ region }) => region))).toEqual(
      new Set(regions),
    );
  });
});
