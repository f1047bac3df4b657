import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean } from '../../../../core/shared/maths/averages.ts';
import {
  serialCorrelation,
  varianceInflation,
  varianceOf,
} from '../../../../core/shared/maths/serial-dependence.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

const autoregressive = (seed: number, n: number, correlation: number): number[] => {
  const random = randomStream(seed, 'autoregressive');
  let state = random.normal();
  return Array.from({ length: n }, () => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * random.normal();
    return state;
  });
};

describe('the correlation of successive values', () => {
  it.each([0.3, 0.6, 0.9])('is found in long series: %d', (correlation) => {
    expect(serialCorrelation(autoregressive(1, 5000, correlation))).toBeCloseTo(correlation, 1);
  });

  it('is not too small on average in short ones', () => {
    const found = Array.from({ length: 300 }, (_, seed) => serialCorrelation(autoregressive(seed, 14, 0.5)));
    expect(mean(found)).toBeGreaterThan(0.4);
    expect(mean(found)).toBeLessThan(0.6);
  });

  it('is 0 for equal and for alternating values', () => {
    expect(serialCorrelation([3, 3, 3, 3])).toBe(0);
    expect(serialCorrelation([1, -1, 1, -1, 1, -1])).toBe(0);
  });

  it('widens the variance of a mean, at least by 1 and at most by 39', () => {
    expect(varianceInflation(autoregressive(1, 5000, 0.5))).toBeCloseTo(3, 0);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 2 }), (values) => {
        expect(varianceInflation(values)).toBeGreaterThanOrEqual(1);
        expect(varianceInflation(values)).toBeLessThanOrEqual(39.001);
      }),
    );
  });
});

describe('the variance', () => {
  it('divides by one less than the number of values', () => {
    expect(varianceOf([1, 3])).toBe(2);
    expect(varianceOf(Float64Array.of(1, 3, 5))).toBe(4);
  });

  it('is 0 for one value and for none', () => {
    expect(varianceOf([5])).toBe(0);
    expect(varianceOf([])).toBe(0);
  });
});
