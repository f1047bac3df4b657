import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peerGroupKey } from '../../../../core/anomalies/object-keys.ts';
import type { CompareDeps } from '../../../../core/anomalies/peers/compare-group.ts';
import { unpackGroupDetectors } from '../../../../core/anomalies/peers/group-detectors.ts';
import { EVENT_SCHEMAS } from '../../../../core/api/event-catalogue.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import { hourOf } from '../../../../core/shared/time.ts';
import { DAY, leaving, MIDNIGHT, type Reading, STEP, TARGETS, usual, world } from './group-world.ts';

/** 10:20, four days of history before it. */
const ONSET = MIDNIGHT + 10 * 3600 + 1200;
const LEAVES = { metrics: { cpu: leaving('web-3', ONSET, 20) } };

/** A world that has learned until just before the onset, and then continues for an hour and a half. */
const through = async (options: Parameters<typeof world>[0], until = ONSET + 5400) => {
  const made = world(options);
  made.now(ONSET - 1800);
  await made.compare();
  made.now(ONSET - 1500);
  await made.go(until);
  return made;
};

describe('a target that departs from its peers', () => {
  it('is an anomaly within minutes, with a readable reason, announced once, and ends when it returns', async () => {
    const { found, ids, events, log } = await through(LEAVES, ONSET + 7200);
    expect(found()).toHaveLength(1);
    const [anomaly] = found();
    expect(anomaly).toMatchObject({ targetId: 'web-3', metric: 'cpu', kind: 'correlation' });
    expect(anomaly!.reason).toMatch(
      /^cpu of web-3 departed from its 7 peers \(median [\d.]+, value [\d.]+\)$/,
    );
    expect(anomaly!.timestamp).toBeLessThan(ONSET + 3 * STEP);
    expect(anomaly!.since).toBeLessThan(anomaly!.timestamp);
    expect(anomaly!.value).toBeGreaterThan(anomaly!.expected!.upper);
    expect(anomaly!.parts.peers).toBe(anomaly!.score);
    expect(anomaly!.endedAt).toBeGreaterThan(ONSET + 3000);
    expect(ids()).toHaveLength(2);
    expect(ids()[0]).toMatch(/^AnomalyDetected\/acme\/web-3\/cpu\//);
    expect(ids()[1]).toMatch(/^AnomalyEnded\/acme\/web-3\/cpu\//);
    EVENT_SCHEMAS.AnomalyDetected.parse(events.published[0]?.detail);
    expect(log.counts.AnomalyDetected).toBe(1);
  });

  it('is announced within ten minutes', async () => {
    const { found, clock, go } = await through(LEAVES, ONSET - STEP);
    expect(found()).toEqual([]);
    await go(ONSET + 3 * STEP);
    expect(found()).toHaveLength(1);
    expect(clock.now).toBe(ONSET + 900);
  });

  it('is not reported if the whole group moves', async () => {
    const together: Reading = (targetId, at) => usual(targetId, at)! + (at >= ONSET ? 35 : 0);
    expect((await through({ metrics: { cpu: together } })).found()).toEqual([]);
  });

  it('is silenced during maintenance, and not reported if detection is off or the threshold is higher', async () => {
    const maintenance = [{ from: String(MIDNIGHT), to: String(MIDNIGHT + DAY), reason: 'new disks' }];
    const silent = await through({ ...LEAVES, settings: { ...NO_SETTINGS, maintenance } });
    expect(silent.found()).toMatchObject([{ silenced: 'new disks' }]);
    expect(silent.ids()).toEqual([]);
    for (const rule of [{ mode: 'off' as const, target: 'web-3' }, { threshold: 20 }]) {
      const settings: Settings = { ...NO_SETTINGS, detection: [rule] };
      const lower = { metrics: { cpu: leaving('web-3', ONSET, 5) } };
      expect((await through({ ...lower, settings })).found()).toEqual([]);
    }
  });

  it('is found in a counter by its rate, across hours and a reset', async () => {
    const rate = (targetId: string, at: number) => (targetId === 'web-3' && at >= ONSET ? 30 : 10);
    const total: Reading = (targetId, at) => {
      const steps = Math.round((at - (MIDNIGHT - 4 * DAY)) / STEP);
      const since = Math.max(0, Math.round((at - ONSET) / STEP));
      const grown = steps * 10 * STEP + since * (rate(targetId, at) - 10) * STEP + usual(targetId, at)!;
      return targetId === 'web-1' ? grown % 1_000_000 : grown;
    };
    const { found } = await through({ metrics: { requests: total }, counters: ['requests'] });
    expect(found().map(({ targetId }) => targetId)).toEqual(['web-3']);
    expect(found()[0]!.value).toBeGreaterThan(15);
    expect(found()[0]!.value).toBeLessThan(35);
  });

  it('is found among metrics that only some targets report, and not among fewer than four', async () => {
    const of =
      (most: number): Reading =>
      (targetId, at) =>
        Number(targetId.slice(4)) < most ? leaving('web-3', ONSET, 20)(targetId, at) : undefined;
    const { found } = await through({ metrics: { five: of(5), three: of(3), cpu: usual } });
    expect(found().map(({ metric }) => metric)).toEqual(['five']);
  });
});

describe('the learned state of a group', () => {
  it('begins with the stored history: at most seven days, from the first point', async () => {
    const made = world({ ...LEAVES, firstSeen: MIDNIGHT - 30 * DAY });
    made.now(ONSET);
    await made.compare();
    const hours = made.reads.map(({ hour }) => hour);
    expect(Math.min(...hours)).toBe(hourOf(ONSET - 7 * DAY));
    const young = world({ firstSeen: ONSET - 7200 });
    young.now(ONSET);
    await young.compare();
    expect(Math.min(...young.reads.map(({ hour }) => hour))).toBe(hourOf(ONSET - 7200));
  });

  it('is written once an hour, at a quarter past; in between, only open hours are read', async () => {
    const { states, go, now, reads, compare } = world();
    now(MIDNIGHT + 1200);
    await compare();
    expect(states.writes()).toBe(1);
    reads.length = 0;
    now(MIDNIGHT + 1500);
    await go(MIDNIGHT + 4200);
    expect(states.writes()).toBe(1);
    expect(Math.min(...reads.map(({ hour }) => hour))).toBe(hourOf(MIDNIGHT));
    await go(MIDNIGHT + 4800);
    expect(states.writes()).toBe(2);
  });

  it('is not announced for past hours', async () => {
    const made = world(LEAVES);
    made.now(ONSET + 3 * 3600);
    await made.compare();
    expect(made.found()).toEqual([]);
    expect(made.states.writes()).toBe(1);
  });

  it('is re-learned if it is damaged or an operator requests it', async () => {
    const made = await through({});
    const [[key, kept]] = [...made.states.kept] as [[string, { bytes: Uint8Array; version: string }]];
    expect(key).toBe(peerGroupKey(made.work));
    made.states.kept.set(key, { ...kept, bytes: kept.bytes.subarray(0, 40) });
    made.reads.length = 0;
    await made.compare();
    expect(made.log.lines.at(-1)?.fields).toMatchObject({ reason: 'unreadable state' });
    expect(unpackGroupDetectors(made.states.kept.get(key)!.bytes).openHour).toBe(
      unpackGroupDetectors(kept.bytes).openHour,
    );
    await made.compare({}, { relearn: true });
    expect(made.log.lines.at(-1)?.fields).toMatchObject({ reason: 'requested' });
    expect(Math.min(...made.reads.map(({ hour }) => hour))).toBe(hourOf(MIDNIGHT - 4 * DAY));
  });

  it('skips a pause of more than a week, and continues', async () => {
    const made = await through({});
    made.reads.length = 0;
    made.now(ONSET + 20 * DAY);
    await made.compare();
    expect(Math.min(...made.reads.map(({ hour }) => hour))).toBe(hourOf(ONSET + 13 * DAY));
  });

  it('tolerates one damaged block: its target misses an hour, the group none', async () => {
    const made = world(LEAVES);
    made.damaged.add(`web-5 ${hourOf(ONSET)}`);
    made.now(ONSET - 1800);
    await made.compare();
    await made.go(ONSET + 1800);
    expect(made.found().map(({ targetId }) => targetId)).toEqual(['web-3']);
    expect(made.log.counts.BlockUnusable).toBeGreaterThan(0);
  });

  it('passes on other errors than damage', async () => {
    const made = await through({});
    const fails = { ...made.states.files, read: async () => Promise.reject(new Error('down')) };
    await expect(made.compare({ states: fails })).rejects.toThrow('down');
    const broken = {
      version: 'v1',
      get bytes(): Uint8Array {
        throw new Error('no memory');
      },
    };
    const breaks = { ...made.states.files, read: async () => broken };
    await expect(made.compare({ states: breaks })).rejects.toThrow('no memory');
    const key = { tenantId: 'acme', targetId: 'web-1', hour: hourOf(ONSET) };
    const blocks = { read: async () => [{ key, bytes: null as never, version: 1 }] };
    await expect(made.compare({ blocks })).rejects.toThrow(TypeError);
  });
});

describe('targets that report late', () => {
  it('are waited for until most have reported, or for ten minutes', async () => {
    const late: Reading = (targetId, at) =>
      Number(targetId.slice(4)) >= 4 && at > ONSET - 600 ? undefined : usual(targetId, at);
    const made = world({ metrics: { cpu: late } });
    made.now(ONSET - 1800);
    await made.compare();
    const before = made.found();
    made.now(ONSET + 300);
    await made.compare();
    expect(made.found()).toEqual(before);
    made.say({
      cpu: (targetId, at) =>
        at > ONSET - 600 ? leaving('web-3', ONSET - 900, 20)(targetId, at) : usual(targetId, at),
    });
    made.now(ONSET + 600);
    await made.compare();
    expect(made.found().map(({ targetId }) => targetId)).toEqual(['web-3']);
  });

  it('shift a departure by a moment without announcing it twice, and a pending announcement is made', async () => {
    const made = await through(LEAVES, ONSET + 4 * STEP);
    const [first] = made.found();
    const sooner = { metrics: { cpu: leaving('web-3', ONSET - 600, 20) } };
    made.say(sooner.metrics);
    await made.compare();
    expect(made.found()).toEqual([first]);
    expect(made.ids()).toHaveLength(1);
    const [stored] = made.anomalies.all();
    Object.assign(stored!, { announced: false, anomaly: { ...stored!.anomaly, expected: undefined } });
    await made.compare();
    expect(made.ids()).toHaveLength(2);
    expect(new Set(made.ids()).size).toBe(1);
  });
});

describe('replays', () => {
  const reference = through(LEAVES, ONSET + 7200);
  const outcome = async ({ found, ids, states }: Awaited<typeof reference>) => ({
    found: found(),
    ids: [...new Set(ids())].sort(),
    open: [...states.kept.values()].map(({ bytes }) => unpackGroupDetectors(bytes).openHour),
  });

  it('finds the same after any repeats, skips and losses', async () => {
    const expected = await outcome(await reference);
    const steps = fc.array(fc.constantFrom('once', 'twice', 'skip', 'crash', 'unkept'), {
      minLength: 32,
      maxLength: 32,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const made = world(LEAVES);
        made.now(ONSET - 1800);
        await made.compare();
        for (const step of [...plan, 'once'] as const) {
          made.clock.now += STEP;
          await take(made, step);
        }
        made.now(ONSET + 7200);
        await made.compare();
        const { found, ids } = await outcome(made);
        // After a skipped comparison a recent departure may be found a moment later, but is never missed.
        expect(ids).toEqual(expected.ids);
        expect(found).toEqual(expected.found);
      }),
      { numRuns: 8 },
    );
  });

  it('keeps the state that another run stored in the meantime', async () => {
    const made = world();
    made.now(MIDNIGHT + 1200);
    await Promise.all([made.compare(), made.compare()]);
    expect(made.states.writes()).toBe(1);
    expect(made.log.lines.at(-1)?.message).toBe('another run stored the group first');
  });

  it('does not depend on the order of the targets', async () => {
    const expected = await outcome(await reference);
    const made = world(LEAVES);
    const turned = { targetIds: [...TARGETS].reverse() };
    for (const at of [ONSET - 1800, ONSET + 600, ONSET + 1200, ONSET + 7200]) {
      made.now(at);
      await made.compare({}, turned);
    }
    expect(await outcome(made)).toEqual(expected);
  });
});

type Made = ReturnType<typeof world>;

/** One scheduled comparison, with its possible failures. */
const take = async ({ compare, deps }: Made, step: string): Promise<void> => {
  const dies = async () => Promise.reject(new Error('killed'));
  const deaths: Readonly<Record<string, Partial<CompareDeps>>> = {
    crash: { events: { publish: dies } },
    unkept: { states: { ...deps.states, replace: dies } },
  };
  if (step === 'skip') return;
  if (step === 'once' || step === 'twice') await compare();
  if (step === 'twice') await Promise.all([compare(), compare()]);
  if (deaths[step] !== undefined) await compare(deaths[step]).catch(() => undefined);
};
