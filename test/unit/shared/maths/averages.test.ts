import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, median, medianOfSorted, sum, upperMedian } from '../../../../core/shared/maths/averages.ts';
import { between } from '../../../fixtures/numbers.ts';

const values = fc.array(between(-1e6, 1e6), { minLength: 1, maxLength: 40 });

describe('averages', () => {
  it('add up and divide', () => {
    expect([sum([]), sum([1, 2, 4]), mean([1, 2, 6])]).toEqual([0, 7, 3]);
    expect(mean([])).toBeNaN();
  });

  it('take the middle, or the mean of the middle two', () => {
    expect([median([9, 1, 5]), median([9, 1, 5, 2]), median([7])]).toEqual([5, 3.5, 7]);
    expect([upperMedian([9, 1, 5]), upperMedian([9, 1, 5, 2])]).toEqual([5, 5]);
    expect(medianOfSorted(Float64Array.of(1, 2, 3, 10))).toBe(2.5);
  });

  it('sort by number and leave the values as they are', () => {
    const given = [10, 9, 100];
    expect(median(given)).toBe(10);
    expect(given).toEqual([10, 9, 100]);
  });

  it('are NaN without values', () => {
    expect([median([]), medianOfSorted([]), upperMedian([])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('neither overflow at the largest numbers nor vanish at the smallest', () => {
    expect(mean([Number.MAX_VALUE, Number.MAX_VALUE, 0])).toBeCloseTo((Number.MAX_VALUE / 3) * 2, -300);
    expect(mean([Number.POSITIVE_INFINITY, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(median([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.MAX_VALUE);
    expect(median([Number.MAX_VALUE / 2, Number.MAX_VALUE])).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(median([Number.MIN_VALUE])).toBe(Number.MIN_VALUE);
  });

  it('have as many values above as below', () => {
    fc.assert(
      fc.property(values, (some) => {
        const middle = median(some);
        expect(some.filter((value) => value < middle).length).toBeLessThanOrEqual(some.length / 2);
        expect(some.filter((value) => value > middle).length).toBeLessThanOrEqual(some.length / 2);
        expect(some).toContain(upperMedian(some));
        expect(upperMedian(some)).toBeGreaterThanOrEqual(middle);
      }),
    );
  });
});
