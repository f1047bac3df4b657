import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFits, residualSpread } from '../../../../core/forecasts/engine/series/line-fits.ts';

/** Least squares by its definition. */
const byDefinition = (y: readonly number[]) => {
  const middle = (y.length - 1) / 2;
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const spread = y.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = y.reduce((sum, value, i) => sum + (i - middle) * value, 0) / spread;
  const at = (i: number) => mean + slope * (i - middle);
  return {
    slope,
    end: at(y.length - 1),
    squares: y.reduce((sum, value, i) => sum + (value - at(i)) ** 2, 0),
  };
};

const value = fc.double({ min: -100, max: 100, noNaN: true });

describe('LineFits', () => {
  it('fits the same line as the definition of least squares, over any stretch', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 60 }), fc.nat(), fc.nat(), (y, a, b) => {
        const end = 2 + (a % (y.length - 1));
        const length = 2 + (b % (end - 1));
        const line = new LineFits(Float64Array.from(y)).fit(end, length);
        const expected = byDefinition(y.slice(end - length, end));
        expect(line.length).toBe(length);
        expect(line.slope).toBeCloseTo(expected.slope, 6);
        expect(line.end).toBeCloseTo(expected.end, 6);
        expect(line.squares).toBeCloseTo(expected.squares, 6);
      }),
    );
  });

  it('gives the mean and the squared deviations of a stretch', () => {
    const fits = new LineFits(Float64Array.of(9, 1, 2, 6, 9));
    expect(fits.mean(1, 4)).toBeCloseTo(3, 12);
    expect(fits.squaresAround(1, 4)).toBeCloseTo(4 + 1 + 9, 12);
  });

  it('has no residuals around a straight line', () => {
    const line = new LineFits(Float64Array.from({ length: 50 }, (_, i) => 3 * i - 7)).fit(50, 40);
    expect(line.slope).toBeCloseTo(3, 10);
    expect(line.end).toBeCloseTo(140, 8);
    expect(residualSpread(line)).toBeLessThan(1e-4);
  });
});
