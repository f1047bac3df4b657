import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossesOf } from '../../../bench/forecasts/forecast/losses.ts';
import { isInBand, maseScale, pinballLoss } from '../../../core/forecasts/forecast-losses.ts';

const LEVELS = [0.1, 0.5, 0.9];
const hourly = (values: readonly number[]) => ({
  start: 0,
  stepSeconds: 3600,
  values: Float64Array.from(values),
});

describe('losses', () => {
  it('are those of their definitions', () => {
    const actual = Float64Array.of(10, Number.NaN, 30);
    const quantiles = [
      [8, 0, 31],
      [12, 0, 32],
      [14, 0, 40],
    ];
    const losses = lossesOf(actual, quantiles, LEVELS, 2);
    expect(losses.mase).toBeCloseTo((2 + 2) / 2 / 2);
    // 2 x pinball at 10: 0.1 * 2, 0.5 * 2, 0.1 * 4; at 30: 0.9 * 1, 0.5 * 2, 0.1 * 10.
    expect(losses.sql).toBeCloseTo((2 * (0.2 + 1 + 0.4 + 0.9 + 1 + 1)) / 3 / 2 / 2);
    expect(losses.covered).toBe(0.5);
    expect(losses.sMape).toBeCloseTo((200 * (2 / 22 + 2 / 62)) / 2);
  });

  it('the pinball loss is least at the quantile: raising all values beyond it costs the level', () => {
    expect(pinballLoss(2, 0.9)).toBeCloseTo(1.8);
    expect(pinballLoss(-2, 0.9)).toBeCloseTo(0.2);
    expect(pinballLoss(0, 0.9)).toBeCloseTo(0);
  });

  it('values on the edge of a band are inside, up to rounding', () => {
    expect(isInBand(1, 1, 2, 1)).toBe(true);
    expect(isInBand(2 + 1e-10, 1, 2, 1)).toBe(true);
    expect(isInBand(2.001, 1, 2, 1)).toBe(false);
    expect(isInBand(0.999, 1, 2, 1)).toBe(false);
  });
});

describe('the scale', () => {
  it('is the error of the seasonal naive forecast with a season of a day', () => {
    const days = Array.from({ length: 72 }, (_, i) => (i % 24) + 5 * Math.floor(i / 24));
    expect(maseScale(hourly(days))).toBe(5);
  });

  it('leaves out missing values', () => {
    const days = Array.from({ length: 48 }, (_, i) => (i === 3 ? Number.NaN : i < 24 ? 1 : 3));
    expect(maseScale(hourly(days))).toBe(2);
  });

  it('is that of the last value if all days are alike, or if there is only one', () => {
    expect(maseScale(hourly(Array.from({ length: 48 }, (_, i) => i % 2)))).toBe(1);
    expect(maseScale(hourly([1, 4, 1]))).toBe(3);
  });

  it('is a hundredth of the size of a constant, or 1', () => {
    expect(maseScale(hourly([-50, -50, -50]))).toBe(0.5);
    expect(maseScale(hourly([0, 0, 0]))).toBe(1);
    expect(maseScale(hourly([]))).toBe(1);
  });

  it('is positive and grows with the series', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true })), (values) => {
        const scale = maseScale(hourly(values));
        expect(scale).toBeGreaterThan(0);
        const varies = new Set(values).size > 1;
        const grown = maseScale(hourly(values.map((value) => 4 * value)));
        if (varies) expect(grown / scale).toBeCloseTo(4);
      }),
    );
  });
});
