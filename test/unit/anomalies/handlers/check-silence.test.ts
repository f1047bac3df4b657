import { describe, expect, it } from 'vitest';
import { encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import type { BlockKey, StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { hourOf } from '../../../../core/shared/time.ts';
import { type Deps, makeHandler } from '../../../../functions/anomalies/check-silence/handler.ts';
import { memoryAnomalies } from '../../../fakes/anomalies.ts';
import { memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = 1_795_255_500;
const STEP = 300;
const DAY = 86_400;

/** True at the times at which a target sends. */
type Rhythm = (at: number) => boolean;
const ALWAYS: Rhythm = () => true;

/** Blocks of targets that sent every five minutes of their rhythm until the given time. */
const blocksUntil = (last: ReadonlyMap<string, number>, rhythm = ALWAYS) => ({
  read: async (keys: readonly BlockKey[]): Promise<readonly StoredBlock[]> =>
    keys.map((key) => {
      const until = last.get(`${key.tenantId} ${key.targetId}`) ?? 0;
      const offsets = Array.from({ length: 3600 / STEP }, (_, i) => i * STEP).filter(
        (offset) =>
          key.hour * 3600 + offset <= until &&
          hourOf(until) - key.hour < 48 &&
          rhythm(key.hour * 3600 + offset),
      );
      if (offsets.length === 0) return { key, bytes: undefined, version: 0 };
      const points = {
        offsets: Uint16Array.from(offsets),
        values: new Float64Array(offsets.length).fill(1),
        receipts: new Float64Array(offsets.length).fill(1),
      };
      return { key, bytes: encodeBlock(new Map([['cpu', points]])), version: 1 };
    }),
});

const setup = (ago: Readonly<Record<string, number>>, more: Partial<Deps> = {}) => {
  const last = new Map<string, number>();
  const targets: Target[] = [];
  const sent = (name: string, at: number) => {
    const [tenantId = '', targetId = ''] = name.split(' ');
    last.set(name, at - (at % STEP));
    const index = targets.findIndex((one) => one.tenantId === tenantId && one.targetId === targetId);
    targets.splice(index < 0 ? targets.length : index, 1, watched(targetId, { tenantId, lastSeen: at }));
  };
  for (const [name, seconds] of Object.entries(ago)) sent(name, NOW - seconds);
  const anomalies = memoryAnomalies();
  const { events, published } = memoryEvents();
  const log = recordedTelemetry();
  const clock = { now: NOW };
  const deps: Deps = {
    anomalies: anomalies.store,
    blocks: blocksUntil(last),
    registry: memoryRegistry(targets),
    settings: memorySettings(),
    events,
    telemetry: log.telemetry,
    now: () => clock.now * 1000,
    ...more,
  };
  return { check: makeHandler(deps), anomalies, published, log, clock, sent, deps };
};

const STEADY = { 'acme a': 0, 'acme b': 0, 'acme c': 0 };

describe('check-silence', () => {
  it('announces a target that stopped sending, once', async () => {
    const { check, published, anomalies, clock } = setup({ ...STEADY, 'acme web-1': 1500 });
    expect(await check({})).toEqual({ tenants: 1, silent: 1 });
    clock.now += STEP;
    await check({});
    expect(published).toMatchObject([
      {
        name: 'AnomalyDetected',
        detail: { targetId: 'web-1', metric: 'all metrics', kind: 'missing', tenantId: 'acme' },
      },
    ]);
    const reason = 'web-1 stopped sending: no point for 15 minutes, usually one every 5 minutes';
    expect(anomalies.all()).toMatchObject([{ anomaly: { reason } }]);
  });

  it('announces nothing about a target that sends, even if its newest points are not in the registry yet', async () => {
    const { check, published, sent } = setup(STEADY);
    sent('acme a', NOW - 100);
    const world = setup({ 'acme a': 1500 }, { blocks: blocksUntil(new Map([['acme a', NOW - 300]])) });
    expect([await check({}), await world.check({})]).toMatchObject([{ silent: 0 }, { silent: 0 }]);
    expect([...published, ...world.published]).toEqual([]);
  });

  it('announces the return of a target', async () => {
    const { check, published, sent, clock } = setup({ ...STEADY, 'acme web-1': 1500 });
    await check({});
    clock.now += 2 * STEP;
    for (const name of ['acme a', 'acme b', 'acme c', 'acme web-1']) sent(name, clock.now - 60);
    await check({});
    await check({});
    expect(published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
    expect(published[1]).toMatchObject({ detail: { targetId: 'web-1', metric: 'all metrics' } });
  });

  it('announces targets that fall silent together with one cause', async () => {
    const { check, published } = setup({ 'acme a': 1500, 'acme b': 1500, 'acme c': 1200, 'acme d': 0 });
    await check({});
    const causes = published.map(({ detail }) => (detail as { causeKeys?: string[] }).causeKeys);
    expect(causes).toHaveLength(3);
    expect(new Set(causes.map((keys) => keys?.join())).size).toBe(1);
    expect(causes[0]).toHaveLength(1);
  });

  it('announces nothing in a maintenance window', async () => {
    const at = (seconds: number) => new Date((NOW + seconds) * 1000).toISOString();
    const settings = Settings.parse({
      version: 1,
      maintenance: [{ from: at(-3600), to: at(3600), targets: ['web-1'], reason: 'decommissioned' }],
    });
    const world = setup({ ...STEADY, 'acme web-1': 1500 }, { settings: memorySettings({ acme: settings }) });
    await world.check({});
    expect(world.published).toEqual([]);
    expect(world.anomalies.all()).toMatchObject([{ anomaly: { silenced: 'decommissioned' } }]);
  });

  const secondsOfDay = (at: number) => (at - NOW + 1500 + 10 * DAY) % DAY;
  it.each<[string, Rhythm]>([
    ['works for an hour a day', (at) => secondsOfDay(at) > DAY - 3600 || secondsOfDay(at) <= 0],
    ['sends one report a day', (at) => secondsOfDay(at) > DAY - STEP],
    ['sends one report in six hours', (at) => secondsOfDay(at) % (6 * 3600) >= 6 * 3600 - STEP],
  ])('announces nothing of a target that %s', async (_, rhythm) => {
    const world = setup({ 'acme job': 1500 });
    const last = NOW - 1500 - ((NOW - 1500) % STEP);
    const check = makeHandler({ ...world.deps, blocks: blocksUntil(new Map([['acme job', last]]), rhythm) });
    for (let hour = 0; hour < 6; hour++) {
      expect(await check({}), `after ${hour} hours`).toMatchObject({ silent: 0 });
      world.clock.now += 3600;
    }
    expect(world.published).toEqual([]);
  });

  it('announces a target that paused before once it is silent for longer than that', async () => {
    const world = setup({ 'acme flaky': 1500 });
    const last = NOW - 1500 - ((NOW - 1500) % STEP);
    const rhythm: Rhythm = (at) => at <= last - 7200 || at > last - 3600;
    const check = makeHandler({
      ...world.deps,
      blocks: blocksUntil(new Map([['acme flaky', last]]), rhythm),
    });
    expect(await check({})).toMatchObject({ silent: 0 });
    world.clock.now = last + 3600 + STEP + 60;
    expect(await check({})).toMatchObject({ silent: 1 });
    expect(world.published).toHaveLength(1);
  });

  it('announces a silence that was recorded before a crash, as it was recorded', async () => {
    const world = setup({ ...STEADY, 'acme web-1': 1500 });
    const failing = { publish: () => Promise.reject(new DependencyUnavailableError('the bus is down')) };
    await expect(makeHandler({ ...world.deps, events: failing })({})).rejects.toThrow('1 of 1 tenants');
    expect(world.anomalies.all()).toHaveLength(1);
    world.clock.now += STEP;
    await world.check({});
    await world.check({});
    expect(world.published).toHaveLength(1);
    expect(world.anomalies.all()).toHaveLength(1);
  });

  it('announces a target that fell silent again after its return', async () => {
    const world = setup({ ...STEADY, 'acme web-1': 1500 });
    await world.check({});
    world.clock.now += 3600;
    for (const name of ['acme a', 'acme b', 'acme c']) world.sent(name, world.clock.now);
    world.sent('acme web-1', world.clock.now - 1200);
    await world.check({});
    expect(world.published.map(({ name }) => name)).toEqual([
      'AnomalyDetected',
      'AnomalyEnded',
      'AnomalyDetected',
    ]);
  });

  it('checks the other tenants if one fails, and then throws, so that Lambda retries', async () => {
    const { deps, published } = setup({ 'acme a': 1500, 'globex b': 1500 });
    const { list } = deps.registry;
    const registry: Deps['registry'] = {
      ...deps.registry,
      list: (tenantId, page) =>
        tenantId === 'acme' ? Promise.reject(new DependencyUnavailableError('down')) : list(tenantId, page),
    };
    await expect(makeHandler({ ...deps, registry })({})).rejects.toThrow('1 of 2 tenants');
    expect(published.map(({ detail }) => detail.tenantId)).toEqual(['globex']);
  });

  it('is not stopped by a damaged block', async () => {
    const { deps, published, log } = setup({ 'acme a': 1500, 'acme b': 1500 });
    const read: Deps['blocks']['read'] = async (keys) =>
      (await deps.blocks.read(keys)).map((block) =>
        block.key.targetId === 'a' && block.bytes ? { ...block, bytes: Uint8Array.of(9, 9) } : block,
      );
    await makeHandler({ ...deps, blocks: { read } })({});
    expect(published).toMatchObject([{ detail: { targetId: 'b' } }]);
    expect(log.counts.BlockUnusable).toBe(1);
  });

  it('checks one tenant on request, and rejects other input', async () => {
    const { check } = setup({ 'acme a': 1500, 'globex b': 1500 });
    expect(await check({ tenantId: 'globex' })).toEqual({ tenants: 1, silent: 1 });
    await expect(check({ tenantId: 7 })).rejects.toThrow(InvalidInputError);
  });
});
