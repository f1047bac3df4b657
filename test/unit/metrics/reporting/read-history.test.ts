/** Histories of weeks that are read in parts, and of targets that send every second. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import { thinPoints } from '../../../../core/metrics/blocks/thin-points.ts';
import { readHistory } from '../../../../core/metrics/reporting/read-history.ts';
import { regularise } from '../../../../core/metrics/series/regularise.ts';
import { memoryBlocks } from '../../../fakes/metrics.ts';

const HOUR = 498_000;
const range = { tenantId: 'acme', targetId: 'web-1', fromHour: HOUR, toHour: HOUR + 400 };
const everyHour = Array.from({ length: 401 }, (_, i) => [(HOUR + i) * 3600 + 7, i] as const);
const everySecond = Array.from({ length: 3 * 3600 }, (_, i) => [HOUR * 3600 + i, i * 2] as const);

describe('a history', () => {
  it('is complete and in order, although no read spans more than a week', async () => {
    const store = memoryBlocks({ 'acme web-1': { cpu: everyHour } });
    const spans: number[] = [];
    const readRange = (tenantId: string, targetId: string, from: number, to: number) => {
      spans.push(to - from + 1);
      return store.readRange(tenantId, targetId, from, to);
    };
    const cpu = (await readHistory({ readRange }, range)).get('cpu');
    expect(cpu?.timestamps).toEqual(everyHour.map(([at]) => at));
    expect(cpu?.values).toEqual(everyHour.map(([, value]) => value));
    expect(Math.max(...spans)).toBeLessThanOrEqual(168);
    expect(spans.reduce((sum, span) => sum + span, 0)).toBe(401);
  });

  it('is not read further once it has too many points', async () => {
    const read: number[] = [];
    const store = memoryBlocks({ 'acme web-1': { cpu: everySecond } });
    const readRange = async (...[tenantId, targetId, from, to]: Parameters<typeof store.readRange>) => {
      const blocks: readonly StoredBlock[] = await store.readRange(tenantId, targetId, from, to);
      read.push(blocks.length);
      return blocks;
    };
    await expect(readHistory({ readRange }, range, { only: 'cpu', maxPoints: 5_000 })).rejects.toThrow(
      'request a shorter range',
    );
    expect(read).toEqual([3]);
  });

  it('of points every second is as short as one of points every minute', async () => {
    const store = memoryBlocks({ 'acme web-1': { cpu: everySecond, load: everyHour } });
    const histories = await readHistory(store, range, { thinAs: () => 'gauge' });
    expect(histories.get('cpu')?.timestamps).toHaveLength(180);
    expect(histories.get('load')?.timestamps).toHaveLength(401);
  });
});

describe('reduced points', () => {
  const offsets = Uint16Array.from({ length: 3600 }, (_, i) => i);
  const valuesOf = (value: (i: number) => number) => Float64Array.from(offsets, (i) => value(i));
  const onGrid = ({ offsets, values }: ReturnType<typeof thinPoints>, kind: 'gauge' | 'counter' | 'delta') =>
    regularise(
      { timestamps: [...offsets].map((at) => HOUR * 3600 + at), values: [...values], kind },
      { stepSeconds: 300 },
    ).values;

  it.each([
    ['gauge', (i: number) => Math.floor(i / 300)],
    ['delta', () => 2],
    ['counter', (i: number) => 5 * i],
  ] as const)('of a %s give the same steps of five minutes', (kind, value) => {
    const points = { offsets, values: valuesOf(value) };
    const whole = onGrid(points, kind).subarray(1, -1);
    const reduced = onGrid(thinPoints(points, kind), kind).subarray(1, -1);
    expect(reduced.length).toBeGreaterThan(8);
    if (kind !== 'gauge') for (const [i, step] of reduced.entries()) expect(step).toBeCloseTo(whole[i]!, 6);
    else
      for (const step of reduced)
        expect([...valuesOf(value)].some((one) => Math.abs(one - step) <= 1)).toBe(true);
  });

  it('lie between the smallest and the largest of their minute, and the sum of deltas is kept', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1.7e308, max: 1.7e308 }), { minLength: 121, maxLength: 400 }),
        (values) => {
          const points = { offsets: offsets.subarray(0, values.length), values: Float64Array.from(values) };
          const [lowest, highest] = [Math.min(...values), Math.max(...values)];
          const reach = Math.max(Math.abs(lowest), Math.abs(highest)) * 1e-9;
          for (const mean of thinPoints(points, 'gauge').values) {
            expect(mean).toBeGreaterThanOrEqual(lowest - reach);
            expect(mean).toBeLessThanOrEqual(highest + reach);
          }
          const last = thinPoints(points, 'counter');
          expect(last.values.at(-1)).toBe(values.at(-1));
          expect(last.offsets.at(-1)).toBe(values.length - 1);
        },
      ),
    );
    const huge = thinPoints({ offsets, values: valuesOf(() => 1.7e308) }, 'delta').values;
    expect(huge.every(Number.isFinite)).toBe(true);
    const sums = thinPoints({ offsets, values: valuesOf((i) => i % 7) }, 'delta').values;
    expect(sums).toHaveLength(60);
    expect(sums.reduce((a, b) => a + b)).toBe(valuesOf((i) => i % 7).reduce((a, b) => a + b));
  });

  it('are the same points unless they come more often than every 30 seconds', () => {
    const points = { offsets: offsets.filter((i) => i % 30 === 0), values: new Float64Array(120) };
    expect(thinPoints(points, 'gauge')).toBe(points);
  });
});
