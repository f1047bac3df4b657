import { describe, expect, it } from 'vitest';
import { findClockChange, withNewClock } from '../../../../../core/forecasts/engine/regime/clock-change.ts';
import { mirrored, weekOf } from '../continuation/ramp-series.ts';

const STEP = 300;
const mod = (hour: number, period: number): number => ((hour % period) + period) % period;
/** Office hours from 8 to 17 on five of seven days, an hour later (`by` 1) or earlier (-1) since `since` hours ago. */
const office = (since: number, by: number, days = 14) =>
  weekOf(
    (hour) => {
      const local = hour - (hour > -since ? by : 0);
      const isOpen = mod(local, 168) < 120 && mod(local, 24) >= 8 && mod(local, 24) < 17;
      return isOpen ? 55 : 10;
    },
    4,
    days,
  );
const smooth = (since: number, by: number) =>
  weekOf((hour) => 50 + 20 * Math.sin((2 * Math.PI * (hour - (hour > -since ? by : 0))) / 24), 4, 14);

describe('findClockChange', () => {
  it.each([1, -1])('finds office hours that moved by %i hour, from a day after the change', (by) => {
    for (const since of [96, 120, 144]) {
      const found = findClockChange(office(since, by), STEP)!;
      expect(found.earlier).toBe(-12 * by);
      expect(found.probability).toBeGreaterThan(0.9);
    }
    expect(findClockChange(office(144, by, 28), STEP)!.earlier).toBe(-12 * by);
  });

  it('finds a smooth season that moved', () => {
    const found = findClockChange(smooth(72, 1), STEP)!;
    expect(found.earlier).toBe(-12);
    expect(found.at).toBe(14 * 288 - 3 * 288);
    expect(found.probability).toBeGreaterThan(0.8);
  });

  it('finds none without one, or in noise, on a holiday or after a level shift', () => {
    expect(findClockChange(office(0, 1), STEP)).toBeNull();
    expect(findClockChange(smooth(0, 1), STEP)).toBeNull();
    expect(
      findClockChange(
        weekOf(() => 50, 4, 14),
        STEP,
      ),
    ).toBeNull();
    expect(
      findClockChange(
        weekOf(() => 50, 0, 14),
        STEP,
      ),
    ).toBeNull();
    const holiday = office(0, 1).map((value, i, all) => (i >= all.length - 144 ? 10 : value));
    expect(findClockChange(holiday, STEP)).toBeNull();
    expect(
      findClockChange(
        weekOf((hour) => (hour > -30 ? 80 : 50), 4, 14),
        STEP,
      ),
    ).toBeNull();
  });

  it('takes a mirrored series alike', () => {
    const values = smooth(72, 1);
    expect(findClockChange(mirrored(values), STEP)).toEqual(findClockChange(values, STEP));
  });

  it('needs two weeks, and steps that divide an hour', () => {
    expect(findClockChange(office(96, 1).subarray(1), STEP)).toBeNull();
    expect(findClockChange(office(96, 1), 2400)).toBeNull();
    const hourly = office(96, 1, 28).filter((_, i) => i % 12 === 0);
    expect(findClockChange(hourly, 3600)!.earlier).toBe(-1);
  });
});

describe('withNewClock', () => {
  it('moves the values before the change, except at the ends', () => {
    const y = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...withNewClock(y, { at: 4, earlier: 1, probability: 1 })]).toEqual([2, 3, 4, 4, 5, 6]);
    expect([...withNewClock(y, { at: 4, earlier: -1, probability: 1 })]).toEqual([1, 1, 2, 3, 5, 6]);
  });
});
