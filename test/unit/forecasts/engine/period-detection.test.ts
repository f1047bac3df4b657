import { describe, expect, it } from 'vitest';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import { detectPeriod, otherPeriods } from '../../../../core/forecasts/engine/series/period-detection.ts';
import { meanDistance, noise, seriesOf } from './sample-series.ts';

const wave = (i: number, period: number) => Math.sin((2 * Math.PI * i) / period);

describe('detectPeriod', () => {
  it.each([84, 100, 420])('finds a period of %i steps in noise', (period) => {
    const y = Float64Array.from({ length: 2016 }, (_, i) => wave(i, period) + noise(i));
    expect(Math.abs(detectPeriod(y, 288)! - period)).toBeLessThanOrEqual(3);
  });

  it('finds it in addition to a daily season', () => {
    const y = Float64Array.from({ length: 2016 }, (_, i) => 3 * wave(i, 288) + wave(i, 100) + noise(i));
    expect(Math.abs(detectPeriod(y, 288)! - 100)).toBeLessThanOrEqual(3);
  });

  it('finds none in noise, in a daily season and in a constant', () => {
    expect(
      detectPeriod(
        Float64Array.from({ length: 2016 }, (_, i) => noise(i)),
        288,
      ),
    ).toBeNull();
    expect(
      detectPeriod(
        Float64Array.from({ length: 2016 }, (_, i) => wave(i, 288) + noise(i)),
        288,
      ),
    ).toBeNull();
    expect(detectPeriod(new Float64Array(2016), 288)).toBeNull();
  });
});

describe('otherPeriods', () => {
  it('tries the week when two weeks are known', () => {
    const y = Float64Array.from({ length: 4032 }, (_, i) => noise(i));
    expect(otherPeriods(y, 300, 288)).toEqual([2016]);
    expect(otherPeriods(y.subarray(0, 2016), 300, 288)).toEqual([]);
  });
});

describe('a series with an unusual period', () => {
  it('is forecast along it', () => {
    const load = (i: number) => 50 + 20 * wave(i, 420);
    const history = seriesOf(5000, (i) => load(i) + noise(i), 60);
    const truth = Array.from({ length: 420 }, (_, h) => load(5000 + h));
    expect(meanDistance(forecast({ history, horizon: 420 }).quantiles[4]!, truth)).toBeLessThan(2);
  });
});
