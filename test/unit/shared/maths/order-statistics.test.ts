import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  RankWindow,
  rankOrder,
  selectInPlace,
  selectQuantile,
  sortedQuantile,
  sortInPlace,
} from '../../../../core/shared/maths/order-statistics.ts';
import { between } from '../../../fixtures/numbers.ts';

/** Without -0, which the native sort puts before 0 and any comparison of numbers calls equal to it. */
const finite = between(-1e9, 1e9).map((value) => value + 0);
const whole = fc.integer({ min: -50, max: 50 });

describe('sorting in place', () => {
  it('sorts short and long runs like the native sort', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 200 }), (values) => {
        const ours = Float64Array.from(values);
        sortInPlace(ours, ours.length);
        expect(ours).toEqual(Float64Array.from(values).sort());
      }),
    );
  });

  it.each([10, 64, 65, 100])('leaves what follows the first %i values', (count) => {
    const values = Float64Array.from({ length: count + 5 }, (_, i) => 7 - i);
    sortInPlace(values, count);
    expect([...values.subarray(0, count)]).toEqual(Array.from({ length: count }, (_, i) => i + 8 - count));
    expect([...values.subarray(count)]).toEqual([0, 1, 2, 3, 4].map((i) => 7 - count - i));
  });
});

describe('the quantile of sorted values', () => {
  it('interpolates between neighbours', () => {
    const sorted = Float64Array.of(10, 20, 40);
    expect([0, 0.25, 0.5, 0.75, 1].map((level) => sortedQuantile(sorted, level))).toEqual([
      10, 15, 20, 30, 40,
    ]);
  });

  it('uses only the first values', () => {
    const sorted = Float64Array.of(10, 20, 40, 1000);
    expect(sortedQuantile(sorted, 1, 3)).toBe(40);
    expect(sortedQuantile(sorted, 0.5, 2)).toBe(15);
    expect(sortedQuantile(sorted, 0.3, 1)).toBe(10);
  });

  it('is NaN for no values', () => {
    expect(sortedQuantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  it('lies within the values and never falls as the level rises', () => {
    const level = between(0, 1);
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 30 }), level, level, (values, a, b) => {
        const sorted = Float64Array.from(values).sort();
        const [low, high] = [sortedQuantile(sorted, Math.min(a, b)), sortedQuantile(sorted, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high + 1e-9);
        expect(low).toBeGreaterThanOrEqual(sorted[0]!);
        expect(high).toBeLessThanOrEqual(sorted.at(-1)!);
      }),
    );
  });
});

describe('selection', () => {
  const some = fc.array(whole, { minLength: 1, maxLength: 60 });

  it('finds the value of each rank and keeps all values', () => {
    fc.assert(
      fc.property(some, fc.nat(), (values, at) => {
        const [sorted, given] = [[...values].sort((a, b) => a - b), Float64Array.from(values)];
        const rank = at % values.length;
        expect(selectInPlace(given, rank)).toBe(sorted[rank]);
        expect([...given].sort((a, b) => a - b)).toEqual(sorted);
      }),
    );
  });

  it('finds the quantiles of the sorted values', () => {
    fc.assert(
      fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), (values, level) => {
        const sorted = Float64Array.from(values).sort();
        expect(selectQuantile(Float64Array.from(values), level)).toBe(sortedQuantile(sorted, level));
      }),
    );
  });
});

describe('ranks', () => {
  it('lead from each value to its place among the sorted ones', () => {
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 60 }), (values) => {
        const { sorted, rank } = rankOrder(Float64Array.from(values));
        expect([...sorted]).toEqual([...values].sort((a, b) => a - b));
        expect([...rank].sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
        values.forEach((value, i) => {
          expect(sorted[rank[i]!]).toBe(value);
        });
      }),
    );
  });
});

describe('quantiles of a moving window', () => {
  const levels = [0, 0.1, 0.5, 0.51, 0.77, 1];
  const expectSame = (window: RankWindow, values: Float64Array, from: number, to: number) => {
    window.moveTo(from, to);
    const quantiles = new Float64Array(levels.length);
    window.writeQuantiles(levels, quantiles);
    const sorted = values.slice(from, to).sort();
    levels.forEach((level, l) => {
      expect(quantiles[l]).toBeCloseTo(sortedQuantile(sorted, level), 9);
    });
  };

  it('are those of the values in it, for any move', () => {
    const moves = fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 200 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 200 }), moves, (given, windows) => {
        const values = Float64Array.from(given);
        const window = new RankWindow(rankOrder(values));
        for (const [start, length] of windows) {
          const from = start % values.length;
          expectSame(window, values, from, Math.min(values.length, from + length));
        }
      }),
    );
  });

  it('survive a move backwards that keeps an end', () => {
    const values = Float64Array.from({ length: 120 }, (_, i) => (i * 37) % 101);
    const window = new RankWindow(rankOrder(values));
    for (const [from, to] of [
      [0, 10],
      [0, 60],
      [30, 60],
      [60, 120],
      [5, 120],
      [5, 6],
      [0, 120],
    ] as const)
      expectSame(window, values, from, to);
  });
});
