import { describe, expect, it, vi } from 'vitest';
import { allowedSilenceCache } from '../../../../core/anomalies/silence/allowed-silence-cache.ts';
import { readActivity, withBudget } from '../../../../core/anomalies/silence/read-points.ts';
import { encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import type { BlockKey, StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { hourOf } from '../../../../core/shared/time.ts';
import {
  type Deps as CheckDeps,
  makeHandler,
} from '../../../../functions/anomalies/check-silence/handler.ts';
import {
  makeHandler as makeStarter,
  type Deps as StartDeps,
} from '../../../../functions/anomalies/start-silence-checks/handler.ts';
import { memoryAnomalies, memoryIngestion } from '../../../fakes/anomalies.ts';
import { memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = 1_795_255_500;
const STEP = 300;
const DAY = 86_400;

/** True at the times at which a target sends. */
type Rhythm = (at: number) => boolean;
const ALWAYS: Rhythm = () => true;

/** True if a metric comes with the report of this time. */
type Comes = (metric: string, at: number, targetId: string) => boolean;

const METRICS = ['cpu', 'memory', 'disk', 'network'];

/** Blocks of targets that sent every five minutes of their rhythm until the given time. */
const blocksUntil = (
  last: ReadonlyMap<string, number>,
  rhythm = ALWAYS,
  comes: Comes = () => true,
  names: readonly string[] = METRICS,
) => {
  const blockOf = (key: BlockKey): StoredBlock => {
    const until = last.get(`${key.tenantId} ${key.targetId}`) ?? 0;
    const times = Array.from({ length: 3600 / STEP }, (_, i) => key.hour * 3600 + i * STEP).filter(
      (at) => at <= until && hourOf(until) - key.hour < 9 * 24 && rhythm(at),
    );
    const block = new Map(
      names
        .map((metric) => [metric, times.filter((at) => comes(metric, at, key.targetId))] as const)
        .filter(([, own]) => own.length > 0)
        .map(([metric, own]) => [
          metric,
          {
            offsets: Uint16Array.from(own, (at) => at % 3600),
            values: new Float64Array(own.length).fill(1),
            receipts: new Float64Array(own.length).fill(1),
          },
        ]),
    );
    return {
      key,
      bytes: block.size === 0 ? undefined : encodeBlock(block),
      version: Math.min(1, block.size),
    };
  };
  const blocks: Deps['blocks'] = {
    read: async (keys) => keys.map(blockOf),
    readRange: async (tenantId, targetId, fromHour, toHour) =>
      Array.from({ length: toHour - fromHour + 1 }, (_, i) =>
        blockOf({ tenantId, targetId, hour: fromHour + i }),
      ).filter(({ bytes }) => bytes !== undefined),
  };
  return blocks;
};

type Deps = CheckDeps & Pick<StartDeps, 'registry'>;

/** One run of the schedule: the checks that it starts run at once, each in an invocation of its own. */
const started = (deps: Deps) => {
  const checks: ReturnType<ReturnType<typeof makeHandler>>[] = [];
  const starter: StartDeps['starter'] = {
    start: async (work) => {
      checks.push(makeHandler(deps)(work));
    },
  };
  return { start: makeStarter({ ...deps, starter }), checks };
};

/** Runs the schedule and waits for all checks that it starts; throws if one fails. */
const scheduled = (deps: Deps) => async () => {
  const { start, checks } = started(deps);
  const { tenants } = await start();
  await Promise.allSettled(checks);
  const found = await Promise.all(checks);
  const sumOf = (field: 'silent' | 'vanished') => found.reduce((sum, one) => sum + one[field], 0);
  return { tenants, silent: sumOf('silent'), vanished: sumOf('vanished') };
};

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
  const ingestion = memoryIngestion();
  const { events, published } = memoryEvents();
  const log = recordedTelemetry();
  const clock = { now: NOW };
  const deps: Deps = {
    anomalies: anomalies.store,
    ingestion: ingestion.store,
    signs: { pointsDrawn: async () => ({ limit: 1000, drawn: [] }), parkedSince: async () => 0 },
    blocks: blocksUntil(last),
    registry: memoryRegistry(targets),
    settings: memorySettings(),
    allowedSilences: allowedSilenceCache(() => 0.5),
    events,
    telemetry: log.telemetry,
    now: () => clock.now * 1000,
    ...more,
  };
  return { check: scheduled(deps), anomalies, published, log, clock, sent, deps, ingestion };
};

const STEADY = { 'acme a': 0, 'acme b': 0, 'acme c': 0 };

describe('check-silence', () => {
  it('announces a target that stopped sending, once', async () => {
    const { check, published, anomalies, clock } = setup({ ...STEADY, 'acme web-1': 1500 });
    expect(await check()).toEqual({ tenants: 1, silent: 1, vanished: 0 });
    clock.now += STEP;
    await check();
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
    expect([await check(), await world.check()]).toMatchObject([{ silent: 0 }, { silent: 0 }]);
    expect([...published, ...world.published]).toEqual([]);
  });

  it('announces the return of a target', async () => {
    const { check, published, sent, clock } = setup({ ...STEADY, 'acme web-1': 1500 });
    await check();
    clock.now += 2 * STEP;
    for (const name of ['acme a', 'acme b', 'acme c', 'acme web-1']) sent(name, clock.now - 60);
    await check();
    await check();
    expect(published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
    expect(published[1]).toMatchObject({ detail: { targetId: 'web-1', metric: 'all metrics' } });
  });

  it('announces targets that fall silent together with one cause', async () => {
    const { check, published } = setup({ 'acme a': 1500, 'acme b': 1500, 'acme c': 1200, 'acme d': 0 });
    await check();
    const causes = published.map(({ detail }) => (detail as { causeKeys?: string[] }).causeKeys);
    expect(causes).toHaveLength(3);
    expect(new Set(causes.map((keys) => keys?.join())).size).toBe(1);
    expect(causes[0]).toHaveLength(1);
  });

  it('announces targets that sent every second, without holding all of their points', async () => {
    const offsets = Uint16Array.from({ length: 3600 }, (_, i) => i);
    const point = { values: new Float64Array(3600).fill(1), receipts: new Float64Array(3600).fill(1) };
    const dense = encodeBlock(new Map([['cpu', { offsets, ...point }]]));
    const { deps, anomalies } = setup({ 'acme a': 7200, 'acme b': 0 });
    const sparse = deps.blocks;
    const last = NOW - (NOW % 3600) - 7200;
    const sizes: number[] = [];
    const blocks: Deps['blocks'] = {
      read: sparse.read,
      readRange: async (tenantId, targetId, from, to) => {
        if (targetId !== 'a') return sparse.readRange(tenantId, targetId, from, to);
        const hours = Array.from({ length: to - from + 1 }, (_, i) => from + i);
        sizes.push(hours.length);
        return hours
          .filter((hour) => hour < hourOf(last))
          .map((hour) => ({ key: { tenantId, targetId, hour }, bytes: dense, version: 1 }));
      },
    };
    const { reports, lastPoint } = (await readActivity({ ...deps, blocks }, 'acme', 'a', NOW - DAY, NOW))!;
    expect(reports.length).toBeLessThanOrEqual(24 * 60);
    expect(lastPoint).toBe(last - 1);
    await scheduled({ ...deps, blocks })();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(28);
    expect(anomalies.all()).toMatchObject([{ anomaly: { targetId: 'a', kind: 'missing' } }]);
  });

  it('announces all dense targets that stopped while checks did not run, without the time to read their days', async () => {
    const offsets = Uint16Array.from({ length: 3600 }, (_, i) => i);
    const receipts = Float64Array.from(offsets, (i) => NOW * 1000 + i);
    const metricOf = (n: number) => Float64Array.from(offsets, (i) => Math.sin(i * (n + 1)));
    const dense = encodeBlock(
      new Map([0, 1, 2, 3, 4].map((n) => [`m${n}`, { offsets, receipts, values: metricOf(n) }])),
    );
    const names = Array.from({ length: 60 }, (_, i) => `d${i}`);
    const last = NOW - (NOW % 3600) - 7200 - 1;
    const world = setup({ ...STEADY, ...Object.fromEntries(names.map((id) => [`acme ${id}`, NOW - last])) });
    const sparse = world.deps.blocks;
    let bytes = 0;
    const blocks: Deps['blocks'] = {
      read: async (keys) =>
        (await sparse.read(keys)).map((block) =>
          names.includes(block.key.targetId) ? { ...block, bytes: undefined } : block,
        ),
      readRange: async (tenantId, targetId, from, to) => {
        if (!names.includes(targetId)) return sparse.readRange(tenantId, targetId, from, to);
        const hours = Array.from({ length: to - from + 1 }, (_, i) => from + i);
        const kept = hours.filter((hour) => hour <= hourOf(last));
        bytes += kept.length * dense.length;
        return kept.map((hour) => ({ key: { tenantId, targetId, hour }, bytes: dense, version: 1 }));
      },
    };
    const listed = await world.deps.registry.list('acme', { limit: 100 });
    const targets = listed.items.map((one) =>
      names.includes(one.targetId) ? { ...one, pointsPerHour: 18_000 } : one,
    );
    const check = scheduled({ ...world.deps, blocks, registry: memoryRegistry(targets) });
    expect(await check()).toMatchObject({ silent: 60 });
    expect(bytes, 'far less than the days of all').toBeLessThan(100_000_000);
    expect(world.published).toHaveLength(60);
    const causes = world.published.map(({ detail }) =>
      (detail as { causeKeys?: string[] }).causeKeys?.join(),
    );
    expect(new Set(causes).size, 'one incident').toBe(1);
    world.clock.now += STEP;
    await check();
    expect(world.published, 'once').toHaveLength(60);
  }, 60_000);

  it('reads blocks of one tenant up to a limit, so that the others are checked in time', async () => {
    const block = {
      key: { tenantId: 'acme', targetId: 'a', hour: 1 },
      bytes: new Uint8Array(400_000),
      version: 1,
    };
    const readRange = async () => Array.from({ length: 100 }, () => block);
    const { blocks, isSpent } = withBudget({ read: async () => [block], readRange });
    const spent: boolean[] = [];
    for (let reads = 0; reads < 3; reads++) {
      await blocks.readRange('acme', 'a', 1, 100);
      spent.push(isSpent());
    }
    expect(spent).toEqual([false, true, true]);
  });

  it('announces nothing in a maintenance window', async () => {
    const at = (seconds: number) => new Date((NOW + seconds) * 1000).toISOString();
    const settings = Settings.parse({
      version: 1,
      maintenance: [{ from: at(-3600), to: at(3600), targets: ['web-1'], reason: 'decommissioned' }],
    });
    const world = setup({ ...STEADY, 'acme web-1': 1500 }, { settings: memorySettings({ acme: settings }) });
    await world.check();
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
    const check = scheduled({ ...world.deps, blocks: blocksUntil(new Map([['acme job', last]]), rhythm) });
    for (let hour = 0; hour < 6; hour++) {
      expect(await check(), `after ${hour} hours`).toMatchObject({ silent: 0 });
      world.clock.now += 3600;
    }
    expect(world.published).toEqual([]);
  });

  it('announces a target that paused before once it is silent for longer than that', async () => {
    const world = setup({ 'acme flaky': 1500 });
    const last = NOW - 1500 - ((NOW - 1500) % STEP);
    const rhythm: Rhythm = (at) =>
      at <= last - 14_400 || (at > last - 10_800 && at <= last - 7200) || at > last - 3600;
    const check = scheduled({
      ...world.deps,
      blocks: blocksUntil(new Map([['acme flaky', last]]), rhythm),
    });
    expect(await check()).toMatchObject({ silent: 0 });
    world.clock.now = last + 3600 + STEP + 900 + 60;
    expect(await check()).toMatchObject({ silent: 1 });
    expect(world.published).toHaveLength(1);
  });

  it('announces a silence that was recorded before a crash, as it was recorded', async () => {
    const world = setup({ ...STEADY, 'acme web-1': 1500 });
    const failing = { publish: () => Promise.reject(new DependencyUnavailableError('the bus is down')) };
    await expect(scheduled({ ...world.deps, events: failing })()).rejects.toThrow('the bus is down');
    expect(world.anomalies.all()).toHaveLength(1);
    world.clock.now += STEP;
    await world.check();
    await world.check();
    expect(world.published).toHaveLength(1);
    expect(world.anomalies.all()).toHaveLength(1);
  });

  it('announces a target that fell silent again after its return', async () => {
    const world = setup({ ...STEADY, 'acme web-1': 1500 });
    await world.check();
    world.clock.now += 3600;
    for (const name of ['acme a', 'acme b', 'acme c']) world.sent(name, world.clock.now);
    world.sent('acme web-1', world.clock.now - 1200);
    await world.check();
    expect(world.published.map(({ name }) => name)).toEqual([
      'AnomalyDetected',
      'AnomalyEnded',
      'AnomalyDetected',
    ]);
  });

  it('checks the other tenants if one fails, and names the tenant in the log', async () => {
    const { deps, published, log } = setup({ 'acme a': 1500, 'globex b': 1500 });
    const { list } = deps.registry;
    const registry: Deps['registry'] = {
      ...deps.registry,
      list: (tenantId, page) =>
        tenantId === 'acme' ? Promise.reject(new DependencyUnavailableError('down')) : list(tenantId, page),
    };
    await expect(scheduled({ ...deps, registry })()).rejects.toThrow('down');
    expect(published.map(({ detail }) => detail.tenantId)).toEqual(['globex']);
    expect(log.counts.SilenceCheckFailed).toBe(1);
  });

  it('is not stopped by a damaged block', async () => {
    const { deps, published, log } = setup({ 'acme a': 1500, 'acme b': 1500 });
    const damaged = (block: StoredBlock): StoredBlock =>
      block.key.targetId === 'a' && block.bytes ? { ...block, bytes: Uint8Array.of(9, 9) } : block;
    const read: Deps['blocks']['read'] = async (keys) => (await deps.blocks.read(keys)).map(damaged);
    const readRange: Deps['blocks']['readRange'] = async (...range) =>
      (await deps.blocks.readRange(...range)).map(damaged);
    await scheduled({ ...deps, blocks: { ...deps.blocks, read, readRange } })();
    expect(published).toMatchObject([{ detail: { targetId: 'b' } }]);
    expect(log.counts.BlockUnusable).toBeGreaterThan(0);
  });

  it('checks the one tenant that its input names, and rejects other input', async () => {
    const { deps } = setup({ 'acme a': 1500, 'globex b': 1500 });
    const check = makeHandler(deps);
    expect(await check({ tenantId: 'globex' })).toEqual({ silent: 1, vanished: 0 });
    await expect(check({ tenantId: 7 })).rejects.toThrow(InvalidInputError);
    await expect(check({})).rejects.toThrow(InvalidInputError);
  });

  it('announces for its neighbours while the glance at dense tenants takes for ever', async () => {
    const dense = ['dense-1', 'dense-2', 'dense-3', 'dense-4', 'dense-5'];
    const sending = Object.fromEntries(dense.map((tenantId) => [`${tenantId} a`, 0]));
    const { deps, published } = setup({ ...sending, 'acme a': 1500, 'globex b': 1500 });
    const isDense = (tenantId: string | undefined) => dense.includes(tenantId ?? '');
    const seen: (readonly string[])[] = [];
    const blocks: Deps['blocks'] = {
      ...deps.blocks,
      read: (keys) => {
        seen.push([...new Set(keys.map(({ tenantId }) => tenantId))]);
        return isDense(keys[0]?.tenantId) ? new Promise(() => {}) : deps.blocks.read(keys);
      },
    };
    const { start, checks } = started({ ...deps, blocks });
    expect(await start()).toEqual({ tenants: 7 });
    expect(checks).toHaveLength(7);
    await vi.waitFor(() => expect(published).toHaveLength(2));
    expect(new Set(published.map(({ detail }) => detail.tenantId))).toEqual(new Set(['acme', 'globex']));
    expect(seen.every((tenants) => tenants.length === 1)).toBe(true);
  });

  it('is started for the other tenants if one cannot be started, and then the schedule is retried', async () => {
    const { deps, log } = setup({ 'acme a': 0, 'bolt b': 0, 'globex c': 0 });
    const works: string[] = [];
    const starter: StartDeps['starter'] = {
      start: async ({ tenantId }) => {
        if (tenantId === 'acme') throw new DependencyUnavailableError('throttled');
        works.push(tenantId);
      },
    };
    await expect(makeStarter({ ...deps, starter })()).rejects.toThrow('1 of 3 tenants');
    expect(works).toEqual(['bolt', 'globex']);
    expect(log.counts.SilenceCheckNotStarted).toBe(1);
  });
});

/** Missing anomalies by target and metric, with their reason. */
const recorded = ({ anomalies }: ReturnType<typeof setup>) =>
  anomalies
    .all()
    .map(({ anomaly: { targetId, metric, reason } }) => ({ targetId, metric, reason }))
    .sort((a, b) => (`${a.targetId} ${a.metric}` < `${b.targetId} ${b.metric}` ? -1 : 1));

interface Losing {
  readonly from?: number;
  /** True at the times at which a metric comes if it is not lost. */
  readonly only?: (metric: string, at: number) => boolean;
  readonly names?: readonly string[];
}

/** A world in which some targets lose some metrics from a time on, until `back` is called. */
const losing = (
  ago: Readonly<Record<string, number>>,
  lost: Readonly<Record<string, readonly string[]>>,
  { from = NOW - 2400, only = () => true, names = METRICS }: Losing = {},
) => {
  const clock = { back: Number.POSITIVE_INFINITY };
  const last = new Map(Object.keys(ago).map((name) => [name, NOW + 86_400]));
  const comes: Comes = (metric, at, targetId) =>
    at <= world.clock.now &&
    only(metric, at) &&
    (!(lost[targetId] ?? []).includes(metric) || at < from || at >= clock.back);
  const blocks = blocksUntil(last, ALWAYS, comes, names);
  const world = setup(ago, { blocks, registry: memoryRegistry(targetsOf(ago)) });
  return { ...world, back: (at: number) => Object.assign(clock, { back: at }) };
};
const targetsOf = (ago: Readonly<Record<string, number>>) =>
  Object.keys(ago).map((name) =>
    watched(name.split(' ')[1] ?? '', {
      lastSeen: NOW - 1800,
      metrics: Object.fromEntries(METRICS.map((metric) => [metric, { kind: 'gauge' }] as const)),
    }),
  );

describe('check-silence of metrics', () => {
  it('announces a metric that vanished from a target that sends, once, and its return', async () => {
    const world = losing(STEADY, { a: ['disk'] });
    expect(await world.check()).toEqual({ tenants: 1, silent: 0, vanished: 1 });
    await world.check();
    const since = new Date((NOW - 2700) * 1000).toISOString();
    expect(world.published).toMatchObject([
      { detail: { targetId: 'a', metric: 'disk', kind: 'missing', since } },
    ]);
    expect(recorded(world)).toEqual([
      {
        targetId: 'a',
        metric: 'disk',
        reason: 'a sends, but without disk: no point for 15 minutes, usually one every 5 minutes',
      },
    ]);
    world.clock.now += 2 * STEP;
    world.back(NOW);
    await world.check();
    await world.check();
    expect(world.published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
    expect(world.published[1]).toMatchObject({ detail: { targetId: 'a', metric: 'disk' } });
  });

  it('announces a metric that many targets lost with one cause', async () => {
    const world = losing(STEADY, { a: ['disk'], b: ['disk'], c: ['disk'] });
    expect(await world.check()).toMatchObject({ vanished: 3 });
    const causes = world.published.map(({ detail }) =>
      (detail as { causeKeys?: string[] }).causeKeys?.join(),
    );
    expect([causes.length, new Set(causes).size]).toEqual([3, 1]);
    expect(recorded(world)[0]?.reason).toContain('2 other targets lost it, too');
  });

  it('names the metrics that vanished together', async () => {
    const world = losing(STEADY, { b: ['disk', 'network'] });
    await world.check();
    expect(recorded(world).map(({ metric }) => metric)).toEqual(['disk', 'network']);
    expect(recorded(world)[0]?.reason).toContain('with it vanished network');
  });

  it('records a renamed metric without announcing it', async () => {
    const old = NOW - 2400;
    const only = (metric: string, at: number) => metric !== 'disk.used' || at >= old;
    const world = losing(STEADY, { a: ['disk'] }, { only, names: [...METRICS, 'disk.used'] });
    await world.check();
    expect(world.published).toEqual([]);
    expect(world.anomalies.all()).toMatchObject([
      { anomaly: { metric: 'disk', silenced: 'it seems to be renamed: disk.used appeared as it vanished' } },
    ]);
  });

  it('announces nothing of a metric that comes every two hours, nor of one that the registry knows from long ago', async () => {
    const world = losing(
      STEADY,
      {},
      { only: (metric, at) => metric !== 'network' && (metric !== 'disk' || at % 7200 === 0) },
    );
    const reads: string[] = [];
    const { readRange } = world.deps.blocks;
    const blocks: Deps['blocks'] = {
      ...world.deps.blocks,
      readRange: (tenantId, targetId, from, to) => {
        reads.push(targetId);
        return readRange(tenantId, targetId, from, to);
      },
    };
    const check = scheduled({ ...world.deps, blocks });
    for (let i = 0; i < 12; i++) {
      expect(await check()).toMatchObject({ silent: 0, vanished: 0 });
      world.clock.now += STEP;
    }
    // One read for each metric of each target, not one in every check.
    expect(reads.length).toBeLessThanOrEqual(6);
  });

  it('ends the anomaly of a metric that did not come for a day', async () => {
    const world = losing(STEADY, { a: ['disk'] });
    await world.check();
    world.clock.now += 86_400;
    await world.check();
    expect(world.published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
  });
});

describe('check-silence of a tenant', () => {
  const ALL = { 'acme a': 1500, 'acme b': 1500, 'acme c': 1800 };

  it('announces once that nothing arrives, instead of each target', async () => {
    const world = setup({ ...ALL, 'globex d': 0 });
    expect(await world.check()).toMatchObject({ silent: 3 });
    world.clock.now += STEP;
    world.sent('globex d', world.clock.now);
    await world.check();
    expect(world.published).toMatchObject([
      { detail: { tenantId: 'acme', targetId: 'all targets', metric: 'all metrics', kind: 'missing' } },
    ]);
    expect(recorded(world)[0]?.reason).toMatch(
      /^nothing arrives from tenant acme since 20\S+: all 3 targets are silent/,
    );
  });

  it.each([
    [[], 0, 'no request with a valid API key arrived'],
    [[400, 1000], 0, 'its quota of 1000 points a minute is used up'],
    [[400, 10], 0, 'its requests arrive, but bring no new points'],
    [[400], 7, '7 of its requests were accepted, but their payloads are parked'],
  ])('names the likely reason: %j drawn, %d parked', async (drawn, parked, reason) => {
    const asked: number[] = [];
    const signs = {
      pointsDrawn: async (_: string, from: number) => {
        asked.push(from);
        return { limit: 1000, drawn };
      },
      parkedSince: async () => parked,
    };
    const world = setup(ALL, { signs });
    await world.check();
    await world.check();
    expect(recorded(world)[0]?.reason).toContain(`all 3 targets are silent; ${reason}`);
    // Asked once, from the minute after the newest point.
    expect(asked).toEqual([NOW - 1500 - ((NOW - 1500) % STEP) + 60]);
  });

  it('announces its return, and after a while the targets that stayed silent', async () => {
    const world = setup(ALL);
    await world.check();
    const sendAll = (names: readonly string[]) => {
      for (const name of names) world.sent(name, world.clock.now);
    };
    world.clock.now += 2 * 3600;
    sendAll(['acme a', 'acme b']);
    await world.check();
    expect(world.published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
    for (let i = 0; i < 5; i++) {
      world.clock.now += STEP;
      sendAll(['acme a', 'acme b']);
      await world.check();
    }
    expect(world.published.slice(2)).toMatchObject([{ name: 'AnomalyDetected', detail: { targetId: 'c' } }]);
  });

  it('announces the targets if they stopped one by one', async () => {
    const world = setup({ 'acme a': 4 * 3600, 'acme b': 0, 'acme c': 0 });
    await world.check();
    world.clock.now += 3600;
    world.sent('acme c', world.clock.now);
    await world.check();
    world.clock.now += 3600;
    await world.check();
    const announced = ['a', 'b', 'c'].map((targetId) => ({ detail: { targetId } }));
    expect(world.published).toMatchObject(announced);
  });

  it('ends after a day', async () => {
    const world = setup(ALL);
    await world.check();
    world.clock.now += 86_400;
    await world.check();
    expect(world.published.map(({ name }) => name)).toEqual(['AnomalyDetected', 'AnomalyEnded']);
  });
});

describe('the summary of ingestion', () => {
  const summaryOf = ({ ingestion }: ReturnType<typeof setup>) => ingestion.stored.get('acme');

  it('counts targets by state, and the points of the hours that are over', async () => {
    const world = setup({ ...STEADY, 'acme late': 800, 'acme web-1': 1500, 'acme gone': 2 * DAY });
    await world.check();
    expect(summaryOf(world)).toMatchObject({
      checkedAt: NOW,
      lastSeen: NOW,
      targets: { reporting: 3, late: 1, silent: 1, expired: 1 },
      vanishedMetrics: 0,
      silence: undefined,
    });
    const [hour] = summaryOf(world)?.hours ?? [];
    // Twelve points of four metrics each; the silent target sent eight of them.
    const expected = { hour: hourOf(NOW) - 1, expected: 5 * 48, received: 4 * 48 + 32 };
    expect(hour).toEqual(expected);
    world.clock.now += 2 * 3600;
    for (const name of ['acme a', 'acme b', 'acme c', 'acme late']) world.sent(name, world.clock.now);
    await world.check();
    expect(summaryOf(world)?.hours.at(-1)).toMatchObject({ expected: 5 * 48, received: 4 * 48 });
  });

  it('keeps the last 24 hours, each counted once', async () => {
    const world = setup(STEADY);
    for (let i = 0; i < 60; i++) {
      for (const name of Object.keys(STEADY)) world.sent(name, world.clock.now);
      await world.check();
      world.clock.now += 1800;
    }
    const hours = summaryOf(world)?.hours.map(({ hour }) => hour) ?? [];
    expect([hours.length, new Set(hours).size, hours.at(-1)! - hours[0]!]).toEqual([24, 24, 23]);
  });

  it('says that nothing arrives, and counts vanished metrics', async () => {
    const world = setup({ 'acme a': 1500, 'acme b': 1500 });
    await world.check();
    expect(summaryOf(world)?.silence).toMatch(/^nothing arrives from tenant acme/);
    expect(summaryOf(world)?.targets).toEqual({ reporting: 0, late: 0, silent: 2, expired: 0 });
    const lost = losing(STEADY, { a: ['disk'], b: ['cpu', 'network'] });
    await lost.check();
    await lost.check();
    expect(summaryOf(lost)?.vanishedMetrics).toBe(3);
  });

  it('starts again if the stored one cannot be read', async () => {
    const { deps, log, ingestion } = setup(STEADY);
    const get = () => Promise.reject(new UnreadableItemError('ingestion', 'damaged'));
    await scheduled({ ...deps, ingestion: { ...deps.ingestion, get } })();
    expect(ingestion.stored.get('acme')?.hours).toHaveLength(1);
    expect(log.counts.ItemUnreadable).toBe(1);
  });
});
