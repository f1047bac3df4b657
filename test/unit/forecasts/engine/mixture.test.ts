import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIXED_LEVELS, mixQuantiles } from '../../../../core/forecasts/engine/quantiles/mixture.ts';

const LEVELS = [0.9, 0.1, 0.5];
/** A uniform distribution on [from, from + width], one step. */
const uniform = (from: number, width: number): Float64Array[] =>
  MIXED_LEVELS.map((level) => Float64Array.of(from + width * level));
const mix = (weight: number) =>
  mixQuantiles(uniform(100, 10), uniform(0, 10), weight, LEVELS).map((row) => row[0]!);

describe('mixQuantiles', () => {
  it('is either distribution at the weights 1 and 0', () => {
    const [high, low, middle] = mix(1);
    expect([low, middle, high].map((value) => Math.round(value! * 10) / 10)).toEqual([101, 105, 109]);
    expect(mix(0).map((value) => Math.round(value * 10) / 10)).toEqual([9, 1, 5]);
  });

  it('keeps both modes of two separate distributions', () => {
    const [high, low, middle] = mix(0.3);
    expect(low!).toBeLessThan(10);
    expect(middle!).toBeLessThan(10);
    expect(high!).toBeGreaterThan(100);
  });

  it('rises with the weight of the higher distribution, level by level', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const [less, more] = [mix(Math.min(a, b)), mix(Math.max(a, b))];
          less.forEach((value, l) => {
            expect(more[l]!).toBeGreaterThanOrEqual(value - 1e-9);
          });
        },
      ),
    );
  });

  it('has as much of one side as its weight says', () => {
    const levels = [0.69, 0.71];
    const [below, above] = mixQuantiles(uniform(100, 10), uniform(0, 10), 0.3, levels);
    expect(below![0]!).toBeLessThan(50);
    expect(above![0]!).toBeGreaterThan(50);
  });
});
