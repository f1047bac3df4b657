import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_METRICS, MAX_TARGETS, storedFleet } from '../../../../core/models/training/fleet-series.ts';
import { decodeSeries, encodeSeries } from '../../../../core/models/training/series-codec.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { NOW, sampleSeries } from '../samples.ts';

const HOUR = 3600;
const END = Math.floor(NOW / HOUR) * HOUR;
const WINDOW = { from: END - 24 * HOUR, to: END };

/** Points of the window and of two hours around it. */
const points = (step = 300, valueAt: (at: number) => number = (at) => at % 97) =>
  Array.from({ length: (28 * HOUR) / step }, (_, i) => {
    const at = WINDOW.from - 2 * HOUR + i * step;
    return [at, valueAt(at)] as const;
  });

type Metrics = Readonly<Record<string, readonly (readonly [number, number])[]>>;

const read = (
  targets: readonly ReturnType<typeof watched>[],
  metricsOf: (targetId: string) => Metrics,
  settings: Settings = NO_SETTINGS,
  tenantId = 'acme',
) => {
  const histories = Object.fromEntries(
    targets.map((target) => [`${target.tenantId} ${target.targetId}`, metricsOf(target.targetId)]),
  );
  const deps = {
    ...{ registry: memoryRegistry(targets), blocks: memoryBlocks(histories) },
    settings: { get: async () => settings },
  };
  return storedFleet(deps).read(tenantId, WINDOW);
};

describe('the series that a training learns from', () => {
  it('are those of the window alone, on the grid of forecasts', async () => {
    const [found, ...others] = await read([watched('web-1')], () => ({ cpu_percent: points(60) }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      ...{ seriesId: 'web-1/cpu_percent', segment: 'cpu_percent of web targets' },
      threshold: { kind: 'fixed', direction: 'above', limit: 80 },
      series: { stepSeconds: 300 },
    });
    const { start, values } = found!.series;
    expect(Math.abs(start - WINDOW.from)).toBeLessThan(300);
    // A value stands for the points around its time, so that half a step lies at each end.
    expect(values).toHaveLength(289);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('keep a coarser step, and the thresholds and readings of the tenant', async () => {
    const settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu_percent', above: 55 }] };
    const [found] = await read([watched('web-1')], () => ({ cpu_percent: points(600) }), settings);
    expect(found).toMatchObject({ threshold: { limit: 55 }, series: { stepSeconds: 600 } });
    expect(found?.series.values).toHaveLength(144);
  });

  it('have no threshold if neither a rise nor a fall does harm', async () => {
    const readings = [{ metric: 'visitors', harm: 'none' as const }];
    const [found] = await read([watched('web-1')], () => ({ visitors: points() }), {
      ...NO_SETTINGS,
      readings,
    });
    expect(found?.threshold).toBeNull();
  });

  it('leave out values that are no numbers, and series of them', async () => {
    const [found, ...others] = await read([watched('web-1')], () => ({
      broken: points(300, () => Number.NaN),
      half: points(300, (at) => ((at / 300) % 2 === 0 ? Number.NaN : 7)),
    }));
    expect(others).toEqual([]);
    expect(found?.seriesId).toBe('web-1/half');
    expect(found?.series.values.filter(Number.isFinite).every((value) => value === 7)).toBe(true);
  });

  it('leave out metrics with few points, targets that were not alive, and other tenants', async () => {
    const targets = [
      watched('web-1'),
      watched('gone', { lastSeen: WINDOW.from - 1 }),
      watched('later', { firstSeen: WINDOW.to }),
      watched('other', { tenantId: 'globex' }),
    ];
    const found = await read(targets, () => ({ cpu_percent: points(), few: points().slice(40, 60) }));
    expect(found.map(({ seriesId }) => seriesId)).toEqual(['web-1/cpu_percent']);
  });

  it('of large fleets are a sample that stays the same, with a bound for each target', async () => {
    const targets = Array.from({ length: MAX_TARGETS + 25 }, (_, i) => watched(`web-${i}`));
    const metrics = Object.fromEntries(
      Array.from({ length: MAX_METRICS + 2 }, (_, i) => [`m${i}`, points(600)]),
    );
    const found = await read(targets, () => metrics);
    expect(found).toHaveLength(MAX_TARGETS * MAX_METRICS);
    const names = (given: typeof found) => given.map(({ seriesId }) => seriesId).toSorted();
    expect(names(await read(targets.toReversed(), () => metrics))).toEqual(names(found));
    // A target more changes at most one of those that are taken.
    const more = await read([...targets, watched('new')], () => metrics);
    const kept = new Set(names(found));
    expect(names(more).filter((name) => !kept.has(name)).length).toBeLessThanOrEqual(MAX_METRICS);
  }, 30_000);
});

describe('the bytes of series', () => {
  const value = fc.double({ noDefaultInfinity: true });
  const direction = fc.constantFrom('above' as const, 'below' as const);
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const threshold = fc.option(
    fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), direction, limit: number }),
      fc.record({ kind: fc.constant('historical' as const), direction, quantile: number }),
    ),
  );
  const series = fc.record({
    ...{ seriesId: fc.string(), segment: fc.string(), threshold },
    series: fc.record({
      ...{ start: fc.integer({ min: 0 }), stepSeconds: fc.integer({ min: 1 }) },
      values: fc.array(value).map((values) => Float64Array.from(values)),
    }),
  });

  it('hold everything exactly', () => {
    fc.assert(
      fc.property(fc.array(series, { maxLength: 5 }), (all) => {
        // JSON has one zero.
        const plain = all.map((each) => ({ ...each, threshold: JSON.parse(JSON.stringify(each.threshold)) }));
        expect(decodeSeries(encodeSeries(all))).toEqual(plain);
      }),
    );
  });

  it('of something else are refused', () => {
    const bytes = encodeSeries([sampleSeries()]);
    const refused = [
      ...[new Uint8Array(), Uint8Array.of(2, ...bytes.subarray(1)), Uint8Array.of(...bytes, 0)],
      bytes.subarray(0, 40),
      ...['nonsense', '{}'].map((text) =>
        Buffer.concat([Uint8Array.of(1, 1, text.length), Buffer.from(text), Uint8Array.of(0)]),
      ),
    ];
    for (const each of refused) expect(() => decodeSeries(each)).toThrow(InvalidInputError);
  });
});
