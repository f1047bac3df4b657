import { describe, expect, it } from 'vitest';
import { referenceWindow } from '../../../../core/models/drift/comparable-samples.ts';
import { independentPerDay } from '../../../../core/models/drift/effective-size.ts';
import { seriesChange } from '../../../../core/models/drift/series-drift.ts';
import { type SeriesOptions, seasonalSeries } from './watched-series.ts';

const changeOf = (options: Partial<SeriesOptions> & { readonly seed: number }, to = 35) => {
  const reference = referenceWindow(
    seasonalSeries({ from: 0, to: 28, ...options, change: (value) => value }),
  );
  const change = seriesChange(reference, seasonalSeries({ from: 28, to, ...options }));
  if (change === null) throw new Error('the series was not tested');
  return change;
};
const pValues = (options: Partial<SeriesOptions>, count = 100): number[] =>
  Array.from({ length: count }, (_, seed) => changeOf({ ...options, seed }).pValue);

describe('a stable series', () => {
  it.each([0.5, 0.9, 0.98])(
    'hardly ever seems changed, with a correlation of %d over 20 minutes',
    (correlation) => {
      const found = pValues({ correlation });
      expect(found.filter((p) => p <= 0.1).length).toBeLessThanOrEqual(15);
      expect(found.filter((p) => p <= 0.001).length).toBeLessThanOrEqual(1);
    },
  );

  it('would seem changed all the time if its values counted as independent', () => {
    const { sample } = referenceWindow(seasonalSeries({ seed: 1, from: 0, to: 28, correlation: 0.98 }));
    expect(independentPerDay(sample)).toBeLessThan(4);
    const { sample: quick } = referenceWindow(seasonalSeries({ seed: 1, from: 0, to: 28, correlation: 0 }));
    expect(independentPerDay(quick)).toBeGreaterThan(20);
  });

  it('does not seem changed on the days of a weekend, which differ from working days', () => {
    const reference = referenceWindow(seasonalSeries({ seed: 1, from: 0, to: 28 }));
    const weekend = seriesChange(reference, seasonalSeries({ seed: 1, from: 33, to: 35 }));
    expect(weekend?.pValue).toBeGreaterThan(0.05);
    expect(Math.abs(weekend?.shift ?? 9)).toBeLessThan(0.7);
  });

  it('that is idle is not changed, also with rare spikes', () => {
    const idle = (value: number, day: number) => (Math.floor(day * 72) % 97 === 0 ? value : 3);
    const reference = referenceWindow(seasonalSeries({ seed: 1, from: 0, to: 28, change: idle }));
    const change = seriesChange(reference, seasonalSeries({ seed: 1, from: 28, to: 35, change: idle }));
    expect(change?.kolmogorov).toBeLessThan(0.02);
    expect(change?.pValue).toBe(1);
  });
});

describe('a changed series', () => {
  it.each([
    ['moves up', (value: number) => value + 3],
    ['moves down', (value: number) => value - 3],
    ['varies more', (value: number, day: number) => value + (Math.floor(day * 8) % 2 === 0 ? 9 : -9)],
    ['begins its day later', (_: number, day: number) => 40 + 20 * Math.sin(2 * Math.PI * (day - 0.5))],
  ])('is found if it %s', (_, change) => {
    const found = pValues({ change }, 20);
    expect(found.filter((p) => p <= 0.01).length).toBeGreaterThanOrEqual(18);
  });

  it('has its size in usual spreads', () => {
    const { shift, wasserstein, stabilityIndex } = changeOf({ seed: 1, change: (value) => value - 2 });
    expect(shift).toBeGreaterThan(-3);
    expect(shift).toBeLessThan(-1.3);
    expect(wasserstein).toBeCloseTo(-shift, 0);
    expect(stabilityIndex).toBeGreaterThan(1);
    expect(changeOf({ seed: 1 }).stabilityIndex).toBeLessThan(0.6);
  });

  it('is found if a constant becomes another one', () => {
    const reference = referenceWindow(seasonalSeries({ seed: 1, from: 0, to: 28, change: () => 5 }));
    const change = seriesChange(reference, seasonalSeries({ seed: 1, from: 28, to: 35, change: () => 6 }));
    expect(change).toMatchObject({ kolmogorov: expect.closeTo(1, 1), wasserstein: 20 });
    expect(change?.pValue).toBeLessThan(1e-4);
  });

  it('is found on its own scale, whatever its unit', () => {
    const plain = changeOf({ seed: 3, change: (value) => value + 1 });
    const reference = referenceWindow(seasonalSeries({ seed: 3, from: 0, to: 28, change: (v) => 1e9 * v }));
    const large = seriesChange(
      reference,
      seasonalSeries({ seed: 3, from: 28, to: 35, change: (v) => 1e9 * (v + 1) }),
    );
    expect(large?.pValue).toBeCloseTo(plain.pValue, 8);
    expect(large?.wasserstein).toBeCloseTo(plain.wasserstein, 6);
  });
});

describe('windows', () => {
  const reference = (days: number) => referenceWindow(seasonalSeries({ seed: 1, from: 0, to: days }));
  const week = seasonalSeries({ seed: 1, from: 28, to: 35 });

  it('need two weeks of reference and two days of values', () => {
    expect(seriesChange(reference(13), week)).toBeNull();
    expect(seriesChange(reference(14), week)).not.toBeNull();
    expect(seriesChange(reference(28), seasonalSeries({ seed: 1, from: 28, to: 29 }))).toBeNull();
  });

  it('without values are not tested, and missing values are left out', () => {
    const missing = { ...week, values: week.values.map((value, i) => (i % 5 === 0 ? Number.NaN : value)) };
    expect(
      seriesChange(reference(28), { ...week, values: new Float64Array(504).fill(Number.NaN) }),
    ).toBeNull();
    expect(seriesChange(reference(28), missing)?.pValue).toBeGreaterThan(0.05);
  });

  it('of another step are sampled at the same times', () => {
    const fine = {
      ...week,
      stepSeconds: 300,
      values: Float64Array.from({ length: 4 * 504 }, (_, i) => week.values[Math.floor(i / 4)]!),
    };
    expect(seriesChange(reference(28), fine)).toEqual(seriesChange(reference(28), week));
  });
});
