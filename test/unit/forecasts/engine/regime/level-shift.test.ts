import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atNewLevel, findLevelShift } from '../../../../../core/forecasts/engine/regime/level-shift.ts';
import { deseasonalise } from '../../../../../core/forecasts/engine/series/deseasonalised.ts';
import { climb, DAY, mirrored, weekOf } from '../continuation/ramp-series.ts';

const find = (values: Float64Array) => findLevelShift(deseasonalise(values, DAY), DAY);
const probabilityOf = (values: Float64Array): number => find(values)?.probability ?? 0;
/** Up by `by` since `hours` ago. */
const shifted = (hours: number, by = 20, spread = 1) =>
  weekOf((hour) => (hour > -hours ? 40 + by : 40), spread);

describe('findLevelShift', () => {
  it.each([1, 5, 23])('finds a step %i hours ago, its size, and that it lasts', (hours) => {
    const found = find(shifted(hours))!;
    expect(found.at).toBe(7 * DAY - 12 * hours);
    expect(found.change).toBeCloseTo(20, 0);
    expect(found.probability).toBeGreaterThan(0.9);
  });

  it('finds it under a daily season', () => {
    const season = (hour: number) => 10 * Math.sin((2 * Math.PI * hour) / 24);
    const found = find(weekOf((hour) => (hour > -6 ? 70 : 40) + season(hour)))!;
    expect(found.at).toBeCloseTo(7 * DAY - 72, -1);
    expect(found.change).toBeGreaterThan(25);
  });

  it('finds none in noise, a season, a single spike or a step of the last minutes', () => {
    expect(find(weekOf(() => 50))).toBeNull();
    expect(find(weekOf((hour) => 50 + 20 * Math.sin((2 * Math.PI * hour) / 24)))).toBeNull();
    expect(find(weekOf((hour) => (hour > -3.05 && hour < -2.95 ? 90 : 50)))).toBeNull();
    expect(find(shifted(0.2))).toBeNull();
  });

  it('does not take the end of an excursion for a shift', () => {
    expect(find(weekOf((hour) => (hour > -20 && hour < -4 ? 70 : 40)))).toBeNull();
  });

  it('trusts a small step less than a large one, and a drifting level less than a constant one', () => {
    expect(probabilityOf(shifted(5, 2, 2))).toBeLessThan(probabilityOf(shifted(5, 20, 2)));
    const falling = weekOf((hour) => (hour > -5 ? 60 - 3 * (hour + 5) : 40));
    expect(probabilityOf(falling)).toBeLessThan(probabilityOf(shifted(5)) - 0.3);
    expect(probabilityOf(weekOf(climb(5, 4)))).toBeLessThan(0.2);
  });

  it('follows y -> a y + b', () => {
    const values = shifted(5);
    const plain = find(values)!;
    fc.assert(
      fc.property(fc.constantFrom(0.01, 3, 1000), fc.integer({ min: -500, max: 500 }), (a, b) => {
        const found = find(values.map((value) => a * value + b))!;
        expect(found.at).toBe(plain.at);
        expect(found.change).toBeCloseTo(a * plain.change, 6);
        expect(found.probability).toBeCloseTo(plain.probability, 5);
      }),
    );
    const falls = find(mirrored(values))!;
    expect(falls.change).toBeCloseTo(-plain.change, 9);
    expect(falls.probability).toBeCloseTo(plain.probability, 9);
  });

  it('needs two days of history', () => {
    expect(find(shifted(5).subarray(-2 * DAY))).not.toBeNull();
    expect(find(shifted(5).subarray(-2 * DAY + 1))).toBeNull();
  });
});

describe('atNewLevel', () => {
  it('moves the values before the shift only', () => {
    const y = Float64Array.of(1, 2, 13, 14);
    expect([...atNewLevel(y, { at: 2, change: 10, probability: 1 })]).toEqual([11, 12, 13, 14]);
  });
});
