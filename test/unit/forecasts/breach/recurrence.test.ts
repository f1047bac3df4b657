import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessBreach } from '../../../../core/forecasts/breach/assess-breach.ts';
import { recurrenceOf } from '../../../../core/forecasts/breach/recurrence.ts';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';
import { seriesOf } from '../engine/sample-series.ts';

const DAY = 288;
const HORIZON = 96;
const above: ResolvedThreshold = { direction: 'above', limit: 80, source: 'fixed' };
const below: ResolvedThreshold = { direction: 'below', limit: -80, source: 'fixed' };
/** Spikes of half an hour, two hours after the hour of the forecast, on the given days before it (1: yesterday). */
const spikesOn = (days: readonly number[], length = 7 * DAY) =>
  seriesOf(length, (i) => {
    const before = length - i;
    const offset = DAY - (((before - 1) % DAY) + 1);
    return days.includes(Math.ceil(before / DAY)) && offset >= 24 && offset < 30 ? 95 : 40 + (i % 5);
  });

describe('recurrenceOf', () => {
  it('is the share of the days with an excursion at the hours of the forecast, recent ones weighing more', () => {
    const share = (days: readonly number[]) => recurrenceOf(spikesOn(days), above, 1, HORIZON)!.dailyShare;
    const total = 0.3 + [0, 1, 2, 3, 4, 5, 6].reduce((sum, d) => sum + 0.8 ** d, 0);
    expect(share([])).toBeCloseTo(0.15 / total, 12);
    expect(share([1])).toBeCloseTo(1.15 / total, 12);
    expect(share([7])).toBeCloseTo((0.15 + 0.8 ** 6) / total, 12);
    expect(share([1, 2, 3, 4, 5, 6, 7])).toBeCloseTo((total - 0.15) / total, 12);
  });

  it('ignores excursions at other hours, except for the time since the last', () => {
    const elsewhere = seriesOf(7 * DAY, (i) => (i % DAY === 200 ? 95 : 40));
    const never = recurrenceOf(spikesOn([]), above, 1, HORIZON)!;
    const found = recurrenceOf(elsewhere, above, 1, HORIZON)!;
    expect(found.dailyShare).toBe(never.dailyShare);
    expect(found.quietHorizons).toBeCloseTo((DAY - 200) / HORIZON, 12);
    expect(never.quietHorizons).toBeCloseTo((7 * DAY) / HORIZON, 12);
  });

  it('counts only excursions that last, across missing steps', () => {
    const series = spikesOn([1, 2]);
    const found = (steps: number) => recurrenceOf(series, above, steps, HORIZON)!.dailyShare;
    expect(found(6)).toBe(found(1));
    expect(found(7)).toBe(found(100));
    const gaps = { ...series, values: series.values.map((value, i) => (i % 2 === 0 ? Number.NaN : value)) };
    expect(recurrenceOf(gaps, above, 3, HORIZON)!.dailyShare).toBe(found(1));
    expect(recurrenceOf(gaps, above, 4, HORIZON)!.dailyShare).toBe(found(100));
  });

  it('takes a lower limit for a mirrored upper one', () => {
    fc.assert(
      fc.property(fc.subarray([1, 2, 3, 4, 5, 6, 7]), fc.integer({ min: 1, max: 300 }), (days, horizon) => {
        const series = spikesOn(days);
        const mirrored = { ...series, values: series.values.map((value) => -value) };
        expect(recurrenceOf(mirrored, below, 1, horizon)).toEqual(recurrenceOf(series, above, 1, horizon));
      }),
    );
  });

  it('needs a day, and for longer horizons as many days', () => {
    expect(
      recurrenceOf(
        seriesOf(DAY - 1, () => 1),
        above,
        1,
        HORIZON,
      ),
    ).toBeNull();
    expect(
      recurrenceOf(
        seriesOf(DAY, () => 1),
        above,
        1,
        HORIZON,
      ),
    ).not.toBeNull();
    expect(
      recurrenceOf(
        seriesOf(2 * DAY - 1, () => 1),
        above,
        1,
        DAY + 1,
      ),
    ).toBeNull();
    expect(
      recurrenceOf(
        seriesOf(2 * DAY, () => 1),
        above,
        1,
        DAY + 1,
      ),
    ).not.toBeNull();
  });
});

describe('the risk of recurring spikes', () => {
  const riskOf = (days: readonly number[]) => {
    const history = spikesOn(days);
    return assessBreach(forecast({ history, horizon: HORIZON }), above, history).probability;
  };

  it('is high if they came on every day, medium on every second day, and low if they never did', () => {
    expect(riskOf([1, 2, 3, 4, 5, 6, 7])).toBeGreaterThan(0.7);
    expect(riskOf([2, 4, 6])).toBeGreaterThan(0.2);
    expect(riskOf([2, 4, 6])).toBeLessThan(0.7);
    expect(riskOf([])).toBeLessThan(0.05);
  });
});
