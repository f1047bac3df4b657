import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectWeightedQuantile } from '../../../../core/shared/maths/weighted-quantile.ts';

const weighted = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 9 })), {
  minLength: 1,
  maxLength: 60,
});
const level = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
type Weighted = readonly (readonly [value: number, weight: number])[];

const select = (given: Weighted, at: number): number =>
  selectWeightedQuantile(
    Float64Array.from(given, ([value]) => value),
    Float64Array.from(given, ([, weight]) => weight),
    given.length,
    at,
  );

/** By its definition. */
const bySorting = (given: Weighted, at: number): number => {
  const total = given.reduce((sum, [, weight]) => sum + weight, 0);
  let before = 0;
  for (const [value, weight] of given.toSorted(([a], [b]) => a - b)) {
    before += weight;
    if (before > at * total) return value;
  }
  return Number.NaN;
};

describe('selectWeightedQuantile', () => {
  it('is the first value whose weights exceed the share', () => {
    fc.assert(
      fc.property(weighted, level, (given, at) => {
        expect(select(given, at)).toBe(bySorting(given, at));
      }),
    );
  });

  it('does not depend on the order of the values', () => {
    fc.assert(
      fc.property(
        weighted.chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
        ),
        level,
        ([given, shuffled], at) => {
          expect(select(shuffled, at)).toBe(select(given, at));
        },
      ),
    );
  });

  it('reads no value beyond the count', () => {
    const values = Float64Array.of(3, 1, 2, -100, -100);
    expect(selectWeightedQuantile(values, new Float64Array(5).fill(1), 3, 0.5)).toBe(2);
  });
});
