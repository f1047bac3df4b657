import { describe, expect, it } from 'vitest';
import { forecastResidual } from '../../../../core/anomalies/engine/forecast-residual.ts';
import { NeighbourResidual } from '../../../../core/anomalies/engine/neighbour-residual.ts';
import {
  RhythmResidual,
  SlowResidual,
  VariationResidual,
} from '../../../../core/anomalies/engine/residuals.ts';
import { SeasonalResidual } from '../../../../core/anomalies/engine/seasonal-residual.ts';
import { seededRandom } from './daily-series.ts';

/** Straight from the definition: the 5 nearest windows that do not overlap, ending at most 500 points before. */
const bruteForce = (values: readonly number[], end: number, length: number): number => {
  const distances: number[] = [];
  for (let lag = length; lag <= 500 && end - lag - length + 1 >= 0; lag++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (values[end - i]! - values[end - i - lag]!) ** 2;
    distances.push(Math.sqrt(sum));
  }
  const nearest = distances.sort((a, b) => a - b).slice(0, 5);
  return nearest.length < 5 ? Number.NaN : nearest.reduce((sum, distance) => sum + distance, 0);
};

describe('residuals', () => {
  it('finds the same nearest windows as a search from the definition', () => {
    const random = seededRandom(6);
    const values = Array.from({ length: 700 }, (_, i) => Math.sin(i / 7) + random() + (i === 350 ? 1e9 : 0));
    const residual = new NeighbourResidual();
    values.forEach((value, end) => {
      const { short, long } = residual.next(value);
      if (end % 7 !== 0) return;
      const expected = { short: bruteForce(values, end, 16), long: bruteForce(values, end, 32) };
      expect(Number.isNaN(short)).toBe(Number.isNaN(expected.short));
      expect(Number.isNaN(long)).toBe(Number.isNaN(expected.long));
      if (!Number.isNaN(short)) expect(short / expected.short).toBeCloseTo(1, 9);
      if (!Number.isNaN(long)) expect(long / expected.long).toBeCloseTo(1, 9);
    });
  });

  it('learns one average per half hour of the day', () => {
    const seasonal = new SeasonalResidual();
    expect(seasonal.average(0)).toBeNaN();
    expect(seasonal.next(0, 10)).toBe(0);
    expect(seasonal.next(1799, 20)).toBe(10);
    expect(seasonal.average(86_400)).toBe(15);
    expect(seasonal.average(1800)).toBeNaN();
    expect(seasonal.next(-86_400, 15 + 1e-14)).toBe(0);
    expect(seasonal.average(-1)).toBeNaN();
    for (let day = 0; day < 400; day++) seasonal.next(day * 86_400, 15);
    seasonal.next(0, 115);
    expect(seasonal.average(0)).toBeCloseTo(18, 6);
  });

  it('averages out noise and keeps a shift', () => {
    const slow = new SlowResidual(10);
    for (let i = 0; i < 100; i++) slow.next(i % 2 === 0 ? 5 : -5);
    expect(slow.next(0)).toBeLessThan(0.5);
    for (let i = 0; i < 100; i++) slow.next(-5);
    expect(slow.next(-5)).toBeCloseTo(5, 3);
  });

  it('measures the missing share of the daily pattern', () => {
    const rhythm = new RhythmResidual();
    expect(rhythm.next(0, 0)).toBe(0);
    const shapeAt = (i: number): number => Math.sin((i / 144) * 2 * Math.PI);
    for (let i = 0; i < 1440; i++) {
      const share = rhythm.next(0.2, shapeAt(i));
      if (i > 288) expect(share).toBeLessThan(0.4);
    }
    let missing = 0;
    for (let i = 0; i < 1440; i++) missing = rhythm.next(-shapeAt(i), shapeAt(i));
    expect(missing).toBeCloseTo(1, 2);
    const seasonal = new SeasonalResidual();
    expect(seasonal.shape(0)).toBe(0);
    seasonal.next(0, 10);
    seasonal.next(1800, 30);
    expect(seasonal.shape(1800)).toBe(10);
  });

  it('sums the last 24 steps', () => {
    const variation = new VariationResidual();
    for (let i = 0; i < 24; i++) expect(variation.next(i % 2)).toBeUndefined();
    expect(variation.next(0)).toBe(24);
    for (let i = 0; i < 23; i++) variation.next(0);
    expect(variation.next(1e-14)).toBeCloseTo(0, 12);
  });

  it('measures the distance of a value from its forecast, in band widths', () => {
    const band = { lower: 10, upper: 20 };
    expect([5, 10, 15, 20, 40].map((value) => forecastResidual(value, band))).toEqual([0.5, 0, 0, 0, 2]);
    expect(forecastResidual(11, { lower: 10, upper: 10 })).toBe(Number.POSITIVE_INFINITY);
    expect(forecastResidual(10, { lower: 10, upper: 10 })).toBe(0);
    expect(forecastResidual(1, { lower: 2, upper: 1 })).toBeUndefined();
    expect(forecastResidual(1, { lower: Number.NaN, upper: 1 })).toBeUndefined();
    expect(forecastResidual(1, { lower: 0, upper: Number.POSITIVE_INFINITY })).toBeUndefined();
  });
});
