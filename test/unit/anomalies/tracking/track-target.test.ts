import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackDetectors } from '../../../../core/anomalies/tracking/target-detectors.ts';
import type { TrackDeps } from '../../../../core/anomalies/tracking/track-target.ts';
import { EVENT_SCHEMAS } from '../../../../core/api/event-catalogue.ts';
import type { TargetForecast } from '../../../../core/forecasts/target-forecast.ts';
import { NO_SETTINGS } from '../../../../core/platform/settings/settings.ts';
import { hourOf } from '../../../../core/shared/time.ts';

import { sampleMetric, sampleTarget } from '../../forecasts/codec/forecast-samples.ts';
import { between, DAY, LIGHT, NOW, type Point, STEP, trained, usual, world } from './target-world.ts';

const SPIKE: Point = [NOW + STEP, 400];

describe('a spike on a trained series', () => {
  it('is stored with what was expected, and announced once', async () => {
    const { push, anomalies, events, log } = await trained();
    await push([SPIKE]);
    const [found] = anomalies.all();
    expect(anomalies.all()).toHaveLength(1);
    expect(found).toMatchObject({
      announced: true,
      anomaly: { tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp: SPIKE[0], value: 400 },
    });
    expect(found?.anomaly.expected?.upper).toBeLessThan(100);
    expect(events.published).toHaveLength(1);
    const [event] = events.published;
    expect(event).toMatchObject({ name: 'AnomalyDetected', source: 'forestall.anomalies' });
    expect(EVENT_SCHEMAS.AnomalyDetected.parse(event?.detail)).toMatchObject({
      value: 400,
      kind: 'behavioural',
    });
    expect(log.counts.AnomalyDetected).toBe(1);
  });

  it('is announced by each kind of detector', async () => {
    const { push, anomalies } = await trained({ settings: NO_SETTINGS });
    await push([SPIKE]);
    expect(anomalies.all()[0]?.anomaly.parts).toHaveProperty('neighbour');
  });

  it('stays one anomaly if its hour is replayed repeatedly', async () => {
    const { push, follow, blocks, anomalies, ids } = await trained();
    await push([SPIKE]);
    await push([[SPIKE[0] + STEP, usual(SPIKE[0] + STEP)]]);
    await follow([blocks.get(hourOf(SPIKE[0]))!]);
    expect(anomalies.all()).toHaveLength(1);
    expect(ids()).toHaveLength(1);
  });

  it('is found in the delivered block, before the table returns it', async () => {
    const made = await trained();
    const [image] = made.store([SPIKE]);
    made.blocks.delete(image!.key.hour);
    await made.follow([image!]);
    expect(made.anomalies.all()).toHaveLength(1);
  });

  it('is silenced within a maintenance window: recorded with the reason, not announced', async () => {
    const maintenance = [{ from: String(NOW), to: String(NOW + DAY), reason: 'new disks' }];
    const { push, anomalies, ids } = await trained({ settings: { ...LIGHT, maintenance } });
    await push([SPIKE]);
    expect(anomalies.all()).toMatchObject([{ anomaly: { silenced: 'new disks' } }]);
    expect(ids()).toEqual([]);
  });

  it('is not reported to tenants with a higher threshold or without detection', async () => {
    for (const rule of [{ threshold: 20 }, { mode: 'off' as const, metric: 'cpu' }]) {
      const { push, anomalies } = await trained({
        settings: { ...LIGHT, detection: [{ mode: 'light' }, rule] },
      });
      await push([SPIKE]);
      expect(anomalies.all()).toEqual([]);
    }
  });

  it('that arrives more than an hour late is learned but not announced', async () => {
    const { push, clock, anomalies } = await trained();
    clock.now = SPIKE[0] + 3600;
    await push([SPIKE]);
    expect(anomalies.all()).toEqual([]);
  });
});

describe('history', () => {
  it('is learned without announcements', async () => {
    const spikes = between(NOW - 14 * DAY, NOW - DAY, (at) => (at % 50_400 === 0 ? 400 : usual(at)));
    const { follow, store, anomalies, state } = world();
    await follow(store(spikes));
    expect(anomalies.all()).toEqual([]);
    expect(unpackDetectors(state()!.bytes).series.get('cpu')!.points).toBeGreaterThan(3000);
  });

  it('gives the same state in any order and portions of arrival', async () => {
    const points = between(NOW - 4 * DAY, NOW - 2 * DAY);
    const inOrder = world();
    for (const image of inOrder.store(points)) await inOrder.follow([image]);
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 30 }),
        async (draws, portion) => {
          const other = world();
          const images = other.store(points);
          const shuffled = images
            .map((image) => ({ image, at: draws.next().value }))
            .sort((a, b) => a.at - b.at);
          for (let i = 0; i < shuffled.length; i += portion)
            await other.follow(shuffled.slice(i, i + portion).map(({ image }) => image));
          expect(Buffer.from(other.state()!.bytes)).toEqual(Buffer.from(inOrder.state()!.bytes));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('that arrives after live data is learned too', async () => {
    const made = world();
    await made.push(between(NOW - 3600, NOW));
    await made.follow(made.store(between(NOW - 14 * DAY, NOW - 3600 - STEP)));
    expect(unpackDetectors(made.state()!.bytes).series.get('cpu')!.points).toBeGreaterThan(4000);
    await made.push([SPIKE]);
    expect(made.anomalies.all()).toHaveLength(1);
  });

  it('whose metrics arrive one after another is learned for all of them', async () => {
    const made = world();
    const points = between(NOW - 14 * DAY, NOW - DAY);
    const half = points.length >> 1;
    await made.follow(made.store(points));
    await made.follow(made.store(points.slice(0, half), 'disk'));
    await made.follow(made.store(points.slice(half), 'disk'));
    const { series } = unpackDetectors(made.state()?.bytes ?? Uint8Array.of());
    // All but the newest hour, which is still open.
    const closed = points.filter(([at]) => hourOf(at) < hourOf(NOW - DAY)).length;
    expect(series.get('disk')?.points).toBe(closed);
    expect(series.get('cpu')?.points).toBe(closed);
  });

  it('beyond the retention is ignored', async () => {
    const made = await trained();
    const before = made.state();
    await made.follow(made.store(between(NOW - 40 * DAY, NOW - 39 * DAY)));
    expect(made.state()).toEqual(before);
  });
});

describe('the state', () => {
  const hourStart = hourOf(NOW) * 3600 + 3600;

  it('is written once an hour, a quarter past it', async () => {
    const made = await trained();
    const versions: string[] = [];
    for (let at = hourStart; at < hourStart + 3600; at += STEP) {
      await made.push([[at, usual(at)]]);
      versions.push(made.state()!.version);
    }
    // The hour before stays open for senders that report late.
    expect(versions).toEqual(['1', '1', '1', ...Array.from({ length: 9 }, () => '2')]);
  });

  it('learns late points of an hour until it closes, and not after', async () => {
    const made = await trained();
    const pointsAt = () => unpackDetectors(made.state()!.bytes).series.get('cpu')!.points;
    await made.push([[hourStart, 50]]);
    await made.push([[hourStart - 10, 50]]);
    await made.push([[hourStart + 900, 50]]);
    const closed = pointsAt();
    await made.push([[hourStart - 20, 50]]);
    expect(pointsAt()).toBe(closed);
    const whole = world();
    await whole.follow([...made.blocks.values()]);
    expect(closed).toBe(between(NOW - 14 * DAY, NOW).length + 1);
  });

  it('needs no block read while its hour is open', async () => {
    const made = await trained();
    made.reads.length = 0;
    await made.push([SPIKE]);
    expect(made.reads).toEqual([]);
  });

  it.each([
    ['damaged', Uint8Array.of(1, 2, 3)],
    ['of another format', deflateRawSync(Uint8Array.of(99))],
  ])('%s is re-learned', async (_, bytes) => {
    const made = await trained();
    const intact = made.state()!.bytes;
    made.states.all().set('acme web-1', { bytes, version: '4' });
    await made.push([[NOW + 1, usual(NOW + 1)]]);
    expect(made.state()!.version).toBe('5');
    expect(unpackDetectors(made.state()!.bytes).series.get('cpu')!.points).toBe(
      unpackDetectors(intact).series.get('cpu')!.points,
    );
  });

  it('is re-learned if the tenant changes the detection mode of a metric', async () => {
    const made = await trained();
    await made.settings.replace('acme', { ...LIGHT, detection: [{ mode: 'full' }] });
    await made.push([[NOW + 1, usual(NOW + 1)]]);
    expect(unpackDetectors(made.state()!.bytes).series.get('cpu')!.variant).toBe('full');
    expect(made.log.lines.at(-1)?.fields).toMatchObject({ reason: 'settings changed' });
  });

  it('is re-learned if the tenant reads a metric as of another kind', async () => {
    const made = await trained();
    const readings = [{ metric: 'cpu', kind: 'delta' as const }];
    await made.settings.replace('acme', { ...LIGHT, readings });
    await made.push([[NOW + 1, usual(NOW + 1)]]);
    expect(unpackDetectors(made.state()!.bytes).series.get('cpu')!.kind).toBe('delta');
    expect(made.log.lines.at(-1)?.fields).toMatchObject({ reason: 'settings changed' });
  });

  it('yields to that of another container', async () => {
    const made = await trained();
    const rival: Partial<TrackDeps> = { states: { ...made.deps.states, replace: async () => false } };
    await made.push([[hourStart + 1000, 50]], rival);
    expect(made.log.lines.at(-1)?.message).toBe('another run stored the detectors first');
  });
});

describe('a crash', () => {
  const hourStart = hourOf(NOW) * 3600 + 3600;
  const late: Point = [hourStart + 1200, 400];

  /** Fails around the n-th write: before it takes effect, or after. */
  const crashing = (deps: TrackDeps, nth: number, isAfter: boolean): Partial<TrackDeps> => {
    let left = nth;
    const around = <Args extends readonly unknown[], Result>(write: (...args: Args) => Promise<Result>) => {
      return async (...args: Args): Promise<Result> => {
        const isDue = left-- === 0;
        if (isDue && !isAfter) throw new Error('crash');
        const result = await write(...args);
        if (isDue) throw new Error('crash');
        return result;
      };
    };
    const { anomalies, events, states } = deps;
    return {
      anomalies: {
        record: around(anomalies.record),
        markAnnounced: around(anomalies.markAnnounced),
        recordEnds: around(anomalies.recordEnds),
        markEndsAnnounced: around(anomalies.markEndsAnnounced),
      },
      events: { publish: around(events.publish) },
      states: { read: states.read, replace: around(states.replace) },
    };
  };

  it.each(
    [0, 1, 2, 3].flatMap(
      (nth) =>
        [
          [nth, false],
          [nth, true],
        ] as const,
    ),
  )('around write %i (after it: %s) loses no anomaly and makes none up', async (nth, isAfter) => {
    const calm = await trained();
    await calm.push([late]);
    expect(calm.ids()).toHaveLength(1);
    const made = await trained();
    const over = crashing(made.deps, nth, isAfter);
    await expect(made.push([late], over)).rejects.toThrow('crash');
    await made.follow([...made.blocks.values()].slice(-1));
    expect(made.anomalies.all()).toEqual(calm.anomalies.all());
    expect(new Set(made.ids())).toEqual(new Set(calm.ids()));
    expect(made.state()).toEqual(calm.state());
  });
});

describe('counters', () => {
  it('are tracked as rates, across resets', async () => {
    let total = 0;
    const growing = (at: number): number => {
      total = at % DAY === 0 ? 0 : total + STEP * usual(at);
      return total;
    };
    const made = world({ kind: 'counter' });
    await made.follow(made.store(between(NOW - 14 * DAY, NOW, growing)));
    expect(made.anomalies.all()).toEqual([]);
    await made.push([[NOW + STEP, total + STEP * 400]]);
    expect(made.anomalies.all()[0]?.anomaly.value).toBeCloseTo(400, 6);
  });
});

describe('a published forecast', () => {
  const forecastOf = (metric: string): TargetForecast => {
    const sample = sampleMetric(metric);
    const flat = (value: number) => new Float64Array(96).fill(value);
    const forecast = {
      ...sample.forecast,
      start: NOW,
      stepSeconds: STEP,
      horizon: 96,
      quantileLevels: [0.1, 0.9],
      quantiles: [flat(40), flat(60)],
    };
    return {
      ...sampleTarget([metric]),
      ...{ tenantId: 'acme', targetId: 'web-1' },
      metrics: [{ ...sample, forecast }],
    };
  };

  it('adds a part to the score of points within its steps', async () => {
    const made = await trained({ settings: NO_SETTINGS });
    await made.forecasts.store.put(forecastOf('cpu'), NOW);
    await made.push([SPIKE]);
    expect(made.anomalies.all()[0]?.anomaly.parts).toHaveProperty('forecast');
  });
});

describe('a target with many metrics', () => {
  const few: Point[] = [NOW - 2 * 3600, NOW - 3600].map((at) => [at, usual(at)]);
  const watchOf = async (count: number) => {
    const made = world({ settings: NO_SETTINGS });
    for (let i = 0; i < count; i++) made.store(few, `metric-${i}`);
    await made.follow([...made.blocks.values()]);
    return unpackDetectors(made.state()!.bytes);
  };

  it('has full detectors up to forty, light ones beyond, and none beyond a thousand', async () => {
    const variants = async (count: number) =>
      [...(await watchOf(count)).series.values()].map((one) => one.variant);
    expect(new Set(await variants(40))).toEqual(new Set(['full']));
    expect(new Set(await variants(41))).toEqual(new Set(['light']));
    expect(await variants(1005)).toHaveLength(1000);
  });

  it('forgets metrics that are silent for the retention of blocks', async () => {
    const made = await trained();
    made.clock.now = NOW + 36 * DAY;
    const later: Point[] = between(NOW + 36 * DAY - 7200, NOW + 36 * DAY);
    await made.follow(made.store(later, 'other'));
    expect([...unpackDetectors(made.state()!.bytes).series.keys()]).toEqual(['other']);
  });
});
