import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaProbability, betaQuantile } from '../../../../core/shared/maths/beta.ts';

const shape = fc.double({ min: 0.3, max: 300, noNaN: true });
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** For whole shapes: the probability of `a` or more successes of `a + b - 1` (DLMF 8.17.5). */
const fromBinomial = (x: number, a: number, b: number): number => {
  const n = a + b - 1;
  let [sum, choose] = [0, 1];
  for (let k = 0; k <= n; k++) {
    if (k >= a) sum += choose * x ** k * (1 - x) ** (n - k);
    choose = (choose * (n - k)) / (k + 1);
  }
  return sum;
};

describe('the beta distribution', () => {
  it('is the binomial one for whole shapes', () => {
    const whole = fc.integer({ min: 1, max: 25 });
    fc.assert(
      fc.property(share, whole, whole, (x, a, b) => {
        expect(betaProbability(x, a, b)).toBeCloseTo(fromBinomial(x, a, b), 10);
      }),
    );
  });

  /** Integrated numerically with the midpoint rule. */
  it.each([
    [0.5, 0.5, 0.5, 0.5],
    [0.7, 10.5, 0.5, 0.006821825813],
    [0.9, 200.5, 20.5, 0.3354140516],
  ])('is below %d with shapes %d and %d with the probability %d', (x, a, b, expected) => {
    expect(betaProbability(x, a, b)).toBeCloseTo(expected, 9);
  });

  it('has the arcsine distribution as a case, also for shapes under one half by symmetry', () => {
    fc.assert(
      fc.property(share, (x) => {
        expect(betaProbability(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 10);
        expect(betaProbability(x, 0.4, 1)).toBeCloseTo(x ** 0.4, 10);
      }),
    );
  });

  it('ends at 0 and 1', () => {
    expect([-1, 0, 1, 2].map((x) => betaProbability(x, 2, 3))).toEqual([0, 0, 1, 1]);
  });

  it('rises, and mirrors when successes and failures change places', () => {
    fc.assert(
      fc.property(share, share, shape, shape, (x, y, a, b) => {
        const [low, high] = x < y ? [x, y] : [y, x];
        expect(betaProbability(low, a, b)).toBeLessThanOrEqual(betaProbability(high, a, b) + 1e-12);
        expect(betaProbability(x, a, b) + betaProbability(1 - x, b, a)).toBeCloseTo(1, 10);
      }),
    );
  });

  it('has the quantile as its inverse', () => {
    const moderate = fc.double({ min: 0.5, max: 300, noNaN: true });
    fc.assert(
      fc.property(share, moderate, moderate, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        expect(betaProbability(x - 1e-9, a, b)).toBeLessThanOrEqual(p + 1e-12);
        expect(betaProbability(x + 1e-9, a, b)).toBeGreaterThanOrEqual(p - 1e-12);
      }),
    );
  });

  it.each([
    [0.1, 10.5, 0.5, 0.876426],
    [0.1, 9.5, 1.5, 0.725438],
    [0.1, 8.5, 2.5, 0.60517],
  ])('has the quantile %d with shapes %d and %d at %d', (p, a, b, expected) => {
    expect(betaQuantile(p, a, b)).toBeCloseTo(expected, 5);
  });
});
