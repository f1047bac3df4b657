import { describe, expect, it } from 'vitest';
import { INGEST_LIMITS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { loadPayload } from '../../../../core/metrics/ingestion/storing/payload.ts';
import { rememberedSettings } from '../../../../core/platform/settings/remembered-settings.ts';
import { NO_SETTINGS, Settings } from '../../../../core/platform/settings/settings.ts';
import { DependencyUnavailableError, UnreadableItemError } from '../../../../core/shared/errors.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { NOW, NOW_SECONDS as T } from '../../../fixtures/ingestion/decoding.ts';
import { send } from '../../../harness/receive-handler.ts';

type Attributes = Readonly<Record<string, string>>;

const resource = (attributes: Attributes) => ({
  resource: {
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  },
  scopeMetrics: [
    { metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: `${T}000000000`, asDouble: 1 }] } }] },
  ],
});

const CHECKOUT = { 'service.name': 'checkout', 'host.name': 'web-1', 'cloud.region': 'eu-west-1' };

const worldWith = async (identity?: readonly string[]): Promise<IngestionWorld> => {
  const world = new IngestionWorld();
  await world.settings.replace('acme', Settings.parse({ version: 0, ...(identity && { identity }) }));
  return world;
};

const exported = (
  world: IngestionWorld,
  resources: readonly Attributes[],
  query?: Readonly<Record<string, string>>,
) =>
  send(world, {
    format: 'otlp',
    requestId: `request-${world.queued.length}`,
    body: JSON.stringify({ resourceMetrics: resources.map(resource) }),
    headers: { 'content-type': 'application/json' },
    ...(query && { query }),
  });

/** Targets of the payloads that wait to be stored. */
const storedTargets = async (world: IngestionWorld): Promise<readonly string[]> => {
  const loaded = await Promise.all(
    world.queued.map((pointer) =>
      loadPayload(
        { id: '1', body: JSON.stringify(pointer) },
        { raw: world.raw, retentionDays: 35, limits: INGEST_LIMITS },
      ),
    ),
  );
  return loaded.flatMap((one) =>
    'decoded' in one ? one.decoded.series.map(({ targetId }) => targetId) : [],
  );
};

describe('the identity of targets over OTLP', () => {
  it('is the attributes of the settings, then and when the payload is stored', async () => {
    const world = await worldWith(['service.name', 'cloud.region']);
    expect((await exported(world, [CHECKOUT])).status).toBe(200);
    await world.settings.replace('acme', { ...NO_SETTINGS, version: 1 });
    expect(await storedTargets(world)).toEqual(['checkout@eu-west-1']);
  });

  it('is the usual one without settings, and that of the request or forestall.target before them', async () => {
    const plain = await worldWith();
    await exported(plain, [CHECKOUT]);
    expect(await storedTargets(plain)).toEqual(['checkout@web-1']);
    const world = await worldWith(['cloud.region']);
    await exported(world, [CHECKOUT], { identity: 'service.name' });
    await exported(world, [CHECKOUT], { identity: '' });
    await exported(world, [{ ...CHECKOUT, 'forestall.target': 'c-1' }]);
    expect(await storedTargets(world)).toEqual(['checkout', 'checkout@web-1', 'c-1']);
  });

  it('reports resources that share a series by it, in the answer and as a metric', async () => {
    const world = await worldWith(['service.name']);
    const { json } = await exported(world, [CHECKOUT, { ...CHECKOUT, 'host.name': 'web-2' }]);
    expect(json).toMatchObject({ accepted: 1, collisions: 1, errors: [{ code: 'shared-series' }] });
    expect(JSON.stringify(json)).toContain('host.name');
  });

  it('rejects the points of resources that lack an attribute, and names it', async () => {
    const world = await worldWith(['service.name', 'team']);
    const { json } = await exported(world, [CHECKOUT, { ...CHECKOUT, team: 'pay' }]);
    expect(json).toMatchObject({ accepted: 1, rejected: 1 });
    expect(JSON.stringify(json)).toContain('team is not set, which the identity (identity in the settings');
    expect(await storedTargets(world)).toEqual(['checkout@pay']);
  });

  it.each([
    ['../../etc/passwd', 'a/b'],
    ['a'.repeat(5000), '__proto__'],
    ['a b\u0000', 'constructor'],
    ['TENANT#acme', 'x'],
  ])('never makes a malformed target of the values %.20j and %.20j', async (team, zone) => {
    const world = await worldWith(['team', 'constructor']);
    const { status } = await exported(world, [{ team, constructor: zone }]);
    const targets = await storedTargets(world);
    expect(status).toBe(targets.length === 0 ? 422 : 200);
    for (const target of targets) expect(target).toMatch(/^[A-Za-z0-9][\w.:@-]{0,127}$/);
  });

  it('does not touch other formats', async () => {
    const world = await worldWith(['service.name']);
    const body = { points: [{ target: 'a', metric: 'm', timestamp: T, value: 1 }] };
    await send(world, { body: JSON.stringify(body) });
    expect(world.queued[0]?.query).toEqual({});
  });

  it('is the usual one if the settings cannot be read, which is counted', async () => {
    const world = await worldWith();
    world.settings.get = async () => {
      throw new UnreadableItemError('settings', 'damaged');
    };
    expect((await exported(world, [CHECKOUT])).status).toBe(200);
    expect(world.counted.get('ItemUnreadable')).toBe(1);
  });

  it('asks for a retry while the settings are unavailable, rather than making other targets', async () => {
    const world = await worldWith();
    world.settings.get = async () => {
      throw new DependencyUnavailableError('down');
    };
    expect((await exported(world, [CHECKOUT])).status).toBe(503);
    expect(world.queued).toEqual([]);
  });
});

describe('the setting identity', () => {
  it.each([
    [[]],
    [['a,b']],
    [['a b']],
    [['']],
    [['a', 'a']],
    [['x'.repeat(256)]],
    [['a\u0000']],
    [Array.from({ length: 11 }, (_, i) => `a${i}`)],
    ['service.name'],
  ])('cannot be %.60j', (identity) => {
    expect(Settings.safeParse({ version: 0, identity }).success).toBe(false);
  });
});

describe('remembered settings', () => {
  const down = async () => {
    throw new DependencyUnavailableError('down');
  };
  const world = () => {
    const store = memorySettings();
    const clock = { now: NOW };
    return { store, clock, settings: rememberedSettings(store, () => clock.now) };
  };

  it('are read once a minute', async () => {
    const { store, clock, settings } = world();
    await settings.get('acme');
    await store.replace('acme', NO_SETTINGS);
    expect((await settings.get('acme')).version).toBe(0);
    clock.now += 61_000;
    expect((await settings.get('acme')).version).toBe(1);
  });

  it('count while the store is unavailable, if they were ever read', async () => {
    const { store, clock, settings } = world();
    await settings.get('acme');
    store.get = down;
    clock.now += 61_000;
    expect(await settings.get('acme')).toEqual(NO_SETTINGS);
    await expect(settings.get('globex')).rejects.toThrow('down');
  });

  it('are bounded in memory', async () => {
    const { store, settings } = world();
    for (let tenant = 0; tenant <= 1000; tenant++) await settings.get(`t${tenant}`);
    store.get = down;
    expect(await settings.get('t1000')).toEqual(NO_SETTINGS);
    await expect(settings.get('t0')).rejects.toThrow('down');
  });
});
