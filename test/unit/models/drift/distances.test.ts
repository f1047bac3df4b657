import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  kolmogorovDistance,
  kolmogorovProbability,
  stabilityIndex,
  wassersteinDistance,
} from '../../../../core/models/drift/distances.ts';
import { rejections } from '../../../../core/models/drift/many-tests.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

const exact = (values: readonly number[]) => ({
  low: Float64Array.from(values),
  high: Float64Array.from(values),
});
const even = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400);

describe('the Kolmogorov distance', () => {
  it('is the largest difference of the distribution functions', () => {
    expect(kolmogorovDistance(exact(even), exact(even.map((u) => u / 2)))).toBeCloseTo(0.5);
    expect(kolmogorovDistance(exact([0.2, 0.2]), exact([0.8, 0.8]))).toBe(1);
    expect(kolmogorovDistance(exact(even), exact(even))).toBe(0);
  });

  it('of values that lie anywhere in [0, 1] to even ones is none', () => {
    const anywhere = { low: new Float64Array(10), high: new Float64Array(10).fill(1) };
    expect(kolmogorovDistance(anywhere, exact(even))).toBeLessThan(0.01);
    expect(stabilityIndex(anywhere, exact(even))).toBeLessThan(0.2);
  });

  it('is symmetric and in [0, 1]', () => {
    const sample = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const distance = kolmogorovDistance(exact(a), exact(b));
        expect(kolmogorovDistance(exact(b), exact(a))).toBeCloseTo(distance, 12);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it.each([
    [0.5, 20, 20, 0.0082],
    [0.3, 50, 50, 0.0171],
    [0.1, 100, 100, 0.674],
  ])('of %d between samples of %d and %d is as probable as in tables', (distance, n, m, probability) => {
    expect(kolmogorovProbability(distance, n, m)).toBeCloseTo(probability, 1);
  });

  it('is less probable the larger it and the samples are', () => {
    const size = fc.double({ min: 0.5, max: 1e4, noNaN: true });
    const distance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(distance, distance, size, size, (a, b, n, m) => {
        const [near, far] = [Math.min(a, b), Math.max(a, b)];
        const p = kolmogorovProbability(near, n, m);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(kolmogorovProbability(far, n, m)).toBeLessThanOrEqual(p + 1e-4);
        expect(kolmogorovProbability(near, 2 * n, 2 * m)).toBeLessThanOrEqual(p + 1e-3);
      }),
    );
  });

  it('between samples of one distribution is as probable as it says', () => {
    const random = randomStream(1, 'uniform');
    const draw = () => exact(Array.from({ length: 60 }, () => random.uniform()));
    const found = Array.from({ length: 400 }, () =>
      kolmogorovProbability(kolmogorovDistance(draw(), draw()), 60, 60),
    );
    const share = found.filter((p) => p <= 0.1).length / 400;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.13);
  });
});

describe('the other distances', () => {
  it('Wasserstein: a shift is its own size', () => {
    const values = Float64Array.from(even);
    expect(
      wassersteinDistance(
        values,
        values.map((value) => value + 3),
      ),
    ).toBeCloseTo(3);
    expect(wassersteinDistance(values, values)).toBe(0);
  });

  it('population stability: of ten equal bins against half of them', () => {
    const half = exact(even.map((u) => u / 2));
    // Five bins grow from 0.1 to 0.2 and five shrink to almost nothing.
    expect(stabilityIndex(exact(even), half)).toBeGreaterThan(5 * 0.1 * Math.log(2));
    expect(stabilityIndex(exact(even), exact(even))).toBe(0);
  });
});

describe('many tests', () => {
  it('one rejection needs a p-value of the level over the number of tests and its harmonic number', () => {
    const bar = 0.05 / (4 * (1 + 1 / 2 + 1 / 3 + 1 / 4));
    expect(rejections([0.9, bar, 0.8, 1], 0.05)).toEqual([false, true, false, false]);
    expect(rejections([0.9, bar + 1e-9, 0.8, 1], 0.05)).toEqual([false, false, false, false]);
  });

  it('small p-values carry larger ones with them', () => {
    const bar = 0.05 / (2 * 1.5);
    expect(rejections([2 * bar, 0.001], 0.05)).toEqual([true, true]);
    expect(rejections([2 * bar + 1e-9, 0.001], 0.05)).toEqual([false, true]);
  });

  it('none is none', () => {
    expect(rejections([], 0.05)).toEqual([]);
  });

  it('of uniform p-values, any is rejected with at most the level, also if tests depend on each other', () => {
    const random = randomStream(2, 'p-values');
    const families = Array.from({ length: 500 }, () => {
      const shared = random.uniform();
      return Array.from({ length: 20 }, (_, i) => (i < 10 ? shared : random.uniform()));
    });
    const wrong = families.filter((family) => rejections(family, 0.1).includes(true)).length;
    expect(wrong / 500).toBeLessThanOrEqual(0.1);
  });
});
