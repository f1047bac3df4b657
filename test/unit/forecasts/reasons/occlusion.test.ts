import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sameTimeBefore,
  withoutClimb,
  withoutRecentLevel,
  withoutSameTime,
} from '../../../../core/forecasts/reasons/occlusion.ts';

const START = 1_788_739_200;
const hourly = (values: readonly number[]) => ({
  start: START,
  stepSeconds: 3600,
  values: Float64Array.from(values),
});
const days = (count: number, of: (hour: number, day: number) => number) =>
  hourly(Array.from({ length: 24 * count }, (_, i) => of(i % 24, Math.floor(i / 24))));

describe('a history without a kind of evidence', () => {
  it('keeps its length, its gaps and what came before, and never moves towards the threshold', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(Number.NaN));
    const direction = fc.constantFrom('above' as const, 'below' as const);
    fc.assert(
      fc.property(fc.array(value, { minLength: 30, maxLength: 400 }), direction, (values, towards) => {
        const history = hourly(values);
        const sign = towards === 'above' ? 1 : -1;
        const since = START + 3600 * (values.length - 5);
        for (const changed of [
          withoutClimb(history, { since, perHour: 3 * sign }),
          withoutRecentLevel(history, towards),
          withoutSameTime(history, 8, [1, 2, 7], towards),
        ]) {
          expect(changed.values).toHaveLength(values.length);
          expect(changed.values).not.toBe(history.values);
          for (const [i, after] of changed.values.entries()) {
            expect(Number.isFinite(after)).toBe(Number.isFinite(values[i]));
            if (Number.isFinite(after)) expect(sign * after).toBeLessThanOrEqual(sign * values[i]!);
          }
        }
      }),
    );
  });

  it('has no climb: its line is gone, what lies on it stays', () => {
    const history = hourly([10, 10, 10, 12, 15, 16]);
    const { values } = withoutClimb(history, { since: START + 2 * 3600, perHour: 2 });
    expect([...values]).toEqual([10, 10, 10, 10, 11, 10]);
  });

  it('has no unusual level in its last twelve hours', () => {
    const history = days(4, (hour, day) => (day === 3 && hour >= 8 ? 70 : hour));
    const { values } = withoutRecentLevel(history, 'above');
    expect([...values.subarray(72 + 8, 72 + 12)]).toEqual([70, 70, 70, 70]);
    expect([...values.subarray(72 + 12)]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('has no peak in the hours that the forecast covers, on the given days only', () => {
    const history = days(4, (hour) => (hour >= 2 && hour < 5 ? 90 : 40));
    const { values } = withoutSameTime(history, 8, [1, 3], 'above');
    expect([0, 1, 2, 3].map((day) => values[24 * day + 3])).toEqual([90, 40, 90, 40]);
    const valleys = days(4, (hour) => (hour === 3 ? 1 : 40));
    expect(withoutSameTime(valleys, 8, [2], 'below').values[24 * 2 + 3]).toBe(40);
  });

  it('knows the same time of earlier days only if the history holds it', () => {
    const history = days(2, () => 1);
    expect(sameTimeBefore(history, 8, 1)).toEqual({ from: 24, to: 32 });
    expect(sameTimeBefore(history, 30, 2)).toEqual({ from: 0, to: 24 });
    expect(sameTimeBefore(history, 8, 3)).toBeNull();
    expect(sameTimeBefore({ ...history, stepSeconds: 3700 }, 8, 1)).toBeNull();
  });
});
