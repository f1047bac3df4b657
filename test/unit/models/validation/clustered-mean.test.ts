import { describe, expect, it } from 'vitest';
import { clusteredMean, upperBound } from '../../../../core/models/validation/clustered-mean.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

/** Values of 12 series at 8 times, with effects of the series, of the time and of neither. */
const values = (seed: number, ofSeries: number, ofWindow: number, own: number, centre = 0) => {
  const random = randomStream(seed, 'clusters');
  const bySeries = Array.from({ length: 12 }, () => ofSeries * random.normal());
  const byWindow = Array.from({ length: 8 }, () => ofWindow * random.normal());
  return bySeries.flatMap((series, s) =>
    byWindow.map((window, w) => ({
      value: centre + series + window + own * random.normal(),
      seriesId: `s${s}`,
      window: `w${w}`,
    })),
  );
};

describe('a clustered mean', () => {
  it.each([
    ['of independent values', 0, 0, 1],
    ['of series that differ', 1, 0, 0.3],
    ['of times that differ', 0, 1, 0.3],
    ['of both', 1, 1, 0.3],
  ])('%s is bounded from above in about 97.5 % of the cases', (_, ofSeries, ofWindow, own) => {
    const bounds = Array.from({ length: 400 }, (_, seed) =>
      upperBound(clusteredMean(values(seed, ofSeries, ofWindow, own)), 0.975),
    );
    const right = bounds.filter((bound) => bound >= 0).length / 400;
    expect(right).toBeGreaterThan(0.95);
    // A bound that is always right says nothing.
    expect(Math.min(...bounds)).toBeLessThan(0.25);
  });

  it('has the standard error of the mean of the series if all their windows agree', () => {
    const same = [1, 3].flatMap((value) =>
      ['a', 'b'].map((window) => ({ value, seriesId: `s${value}`, window })),
    );
    expect(clusteredMean(same)).toEqual({ mean: 2, error: 1, degrees: 1 });
  });

  it('of one series or of one window is unbounded', () => {
    const single = values(1, 1, 1, 1).filter(({ seriesId }) => seriesId === 's0');
    expect(clusteredMean(single)).toMatchObject({ error: Number.POSITIVE_INFINITY, degrees: 0 });
    expect(upperBound(clusteredMean(single), 0.975)).toBe(Number.POSITIVE_INFINITY);
    expect(upperBound(clusteredMean([]), 0.975)).toBe(Number.POSITIVE_INFINITY);
  });
});
