import { describe, expect, it } from 'vitest';
import { dailyPattern } from '../../../../core/forecasts/engine/series/daily-pattern.ts';
import { DAY, weekOf } from './continuation/ramp-series.ts';

const wave = (hour: number): number => 6 * Math.sin((2 * Math.PI * hour) / 24);

describe('dailyPattern', () => {
  it('finds the season of a day, with mean 0', () => {
    const pattern = dailyPattern(
      weekOf((hour) => 50 + wave(hour)),
      DAY,
    )!;
    expect(pattern).toHaveLength(DAY);
    expect(pattern.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    expect(Math.max(...pattern.map((value, slot) => Math.abs(value - wave((slot + 1) / 12))))).toBeLessThan(
      0.5,
    );
  });

  it('does not take a climb for a part of the season', () => {
    const still = dailyPattern(
      weekOf((hour) => 50 + wave(hour)),
      DAY,
    )!;
    const climbing = dailyPattern(
      weekOf((hour) => 50 + wave(hour) + Math.max(0, hour + 8) * 5),
      DAY,
    )!;
    expect(Math.max(...climbing.map((value, slot) => Math.abs(value - still[slot]!)))).toBeLessThan(1);
  });

  it('leaves a straight line, and noise without a season, as they are', () => {
    expect(
      dailyPattern(
        weekOf((hour) => hour, 0.01),
        DAY,
      ),
    ).toBeNull();
    expect(
      dailyPattern(
        weekOf(() => 50),
        DAY,
      ),
    ).toBeNull();
  });

  it('works with an odd number of steps a day, and needs two days', () => {
    const odd = Float64Array.from({ length: 75 }, (_, i) => 10 * Math.sin((2 * Math.PI * i) / 15));
    expect(dailyPattern(odd, 15)).toHaveLength(15);
    expect(dailyPattern(odd.subarray(0, 29), 15)).toBeNull();
    expect(dailyPattern(odd, 2)).toBeNull();
  });
});
