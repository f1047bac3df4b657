import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binBounds, binsOf } from '../../../../core/forecasts/training/feature-bins.ts';

const BINS = 8;
const value = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constant(-0),
);
const column = fc.array(value, { minLength: 1, maxLength: 200 }).map((values) => Float32Array.from(values));

describe('bins of a feature', () => {
  it('are in the order of the values, and equal values share one', () => {
    fc.assert(
      fc.property(column, (values) => {
        const bounds = binBounds(values, BINS);
        expect(bounds.length).toBeLessThan(BINS);
        expect([...bounds]).toEqual([...new Set(bounds)].sort((a, b) => a - b));
        binsOf(values, bounds).forEach((bin, row) => {
          expect(values[row]!).toBeGreaterThan(bounds[bin - 1] ?? Number.NEGATIVE_INFINITY);
          expect(values[row]!).toBeLessThanOrEqual(bounds[bin] ?? Number.POSITIVE_INFINITY);
        });
      }),
    );
  });

  it('are one for each value if there are few', () => {
    fc.assert(
      fc.property(column, (values) => {
        const distinct = new Set([...values].map((one) => one + 0)).size;
        fc.pre(distinct <= BINS);
        expect(new Set(binsOf(values, binBounds(values, BINS))).size).toBe(distinct);
      }),
    );
  });

  it('hold about as many rows each', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    const counts = Map.groupBy(binsOf(values, binBounds(values, 10)), (bin) => bin);
    expect([...counts.values()].map((rows) => rows.length)).toEqual(new Array<number>(10).fill(100));
  });

  it('leave a frequent value alone, and divide the others evenly', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i < 500 ? 600 : i));
    const counts = Map.groupBy(binsOf(values, binBounds(values, 6)), (bin) => bin);
    const sizes = [...counts.values()].map((rows) => rows.length).sort((a, b) => a - b);
    expect(sizes.at(-1)).toBe(501);
    expect(sizes.length).toBe(6);
    expect(sizes[0]).toBeGreaterThan(80);
  });

  it('lie half-way between the values, or at the lower one of two neighbours', () => {
    expect([...binBounds(Float32Array.of(1, 2), BINS)]).toEqual([1.5]);
    const next = Math.fround(1 + 2 ** -23);
    expect([...binBounds(Float32Array.of(1, next), BINS)]).toEqual([1]);
    expect([...binBounds(Float32Array.of(-3.4e38, 3.4e38), BINS)]).toEqual([0]);
    expect([...binBounds(Float32Array.of(4, 4, 4), BINS)]).toEqual([]);
  });
});
