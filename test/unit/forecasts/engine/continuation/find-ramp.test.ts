import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRamp, type PresentRamp } from '../../../../../core/forecasts/engine/continuation/find-ramp.ts';
import { deseasonalise } from '../../../../../core/forecasts/engine/series/deseasonalised.ts';
import { climb, DAY, mirrored, STEP_SECONDS, WEEK, weekOf } from './ramp-series.ts';

const find = (values: Float64Array): PresentRamp | null => findRamp(deseasonalise(values, DAY), STEP_SECONDS);
const weightOf = (values: Float64Array): number => find(values)?.weight ?? 0;
const onsetHours = ({ ramp }: PresentRamp): number => ramp.episode.line.length / 12;
const isWithin = (hour: number, from: number, to: number): boolean => hour >= from && hour < to;
const hourOfDay = (hour: number): number => ((hour % 24) + 24) % 24;

/** Climbs from 30 to 80 in `period` hours and falls back; `since` hours ago for the last time. */
const sawtooth = (period: number, since: number) => (hour: number) =>
  30 + (50 * ((((hour + since) % period) + period) % period)) / period;

describe('findRamp', () => {
  it.each([
    [3, 5],
    [8, 4],
    [16, 2],
    [48, 0.5],
  ])('finds a climb that began %i hours ago, with its slope', (hours, perHour) => {
    const found = find(weekOf(climb(hours, perHour)))!;
    expect(found.weight).toBeGreaterThan(0.8);
    expect(onsetHours(found)).toBeGreaterThan(hours / 2);
    expect(onsetHours(found)).toBeLessThanOrEqual(hours * 1.1);
    expect(found.ramp.episode.line.slope * 12).toBeCloseTo(perHour, 0);
  });

  it('finds a climb under a daily season and in steps', () => {
    const season = (hour: number) => 5 * Math.sin((2 * Math.PI * hour) / 24);
    expect(weightOf(weekOf((hour) => climb(6, 6)(hour) + season(hour)))).toBeGreaterThan(0.5);
    const stairs = climb(10, 4);
    expect(weightOf(weekOf((hour) => stairs(Math.floor(hour * 3) / 3)))).toBeGreaterThan(0.5);
  });

  it('finds a perfect line after a constant', () => {
    const found = find(weekOf(climb(4, 4), 0))!;
    expect(found.weight).toBeGreaterThan(0.9);
    expect(onsetHours(found)).toBe(4);
  });

  it.each([
    ['a constant', () => 40],
    ['a daily season', (hour: number) => 40 + 20 * Math.sin((2 * Math.PI * hour) / 24)],
    ['a step three hours ago', (hour: number) => (hour > -3 ? 70 : 40)],
    ['a plateau reached two hours ago', (hour: number) => Math.min(70, climb(8, 5)(hour))],
    ['a climb that comes back down', (hour: number) => 40 + 30 * Math.max(0, 1 - Math.abs(hour + 2) / 2)],
  ])('finds none in %s', (_, levelAt) => {
    expect(weightOf(weekOf(levelAt))).toBe(0);
  });

  it('remembers that this series is cleaned at a mark', () => {
    expect(weightOf(weekOf(sawtooth(12, 8)))).toBeLessThan(0.3);
    expect(weightOf(weekOf(sawtooth(12, 8)))).toBeLessThan(weightOf(weekOf(climb(8, 50 / 12))));
  });

  it('remembers a job that climbs at the same hour of each day', () => {
    const job = (hour: number) => {
      const at = hourOfDay(hour + 2);
      return 30 + (isWithin(at, 0, 3) ? 15 * at : isWithin(at, 3, 4) ? 45 * (4 - at) : 0);
    };
    expect(weightOf(weekOf(job))).toBeLessThan(0.3);
  });

  it('demands a clearer climb of a history under three days', () => {
    const noisy = climb(6, 2);
    expect(weightOf(weekOf(noisy, 6))).toBeGreaterThan(0.5);
    expect(weightOf(weekOf(noisy, 6, 2))).toBe(0);
    expect(weightOf(weekOf(climb(4, 5), 1, 2))).toBeGreaterThan(0.8);
  });

  it('needs more points than two of the shortest episodes', () => {
    const line = Float64Array.from({ length: 24 }, (_, i) => i);
    expect(find(line.subarray(0, 23))).toBeNull();
    expect(find(line)).not.toBeNull();
  });

  it('follows y -> a y + b, and takes a decline for a mirrored climb', () => {
    const values = weekOf(climb(7, 4));
    const plain = find(values)!;
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (a, b) => {
          const moved = find(values.map((y) => a * y + a * b))!;
          const fallen = find(mirrored(values.map((y) => a * y + a * b)))!;
          for (const { weight, ramp } of [moved, fallen]) {
            expect(weight).toBeCloseTo(plain.weight, 9);
            expect(ramp.episode.line.length).toBe(plain.ramp.episode.line.length);
          }
          expect(moved.ramp.episode.line.slope / a).toBeCloseTo(plain.ramp.episode.line.slope, 9);
          expect(fallen.ramp.episode.line.slope / a).toBeCloseTo(-plain.ramp.episode.line.slope, 9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('gives the same answer twice and looks at no later value', () => {
    const values = weekOf(climb(7, 4));
    const longer = Float64Array.from([...values, 1e6, -1e6]);
    expect(find(longer.slice(0, WEEK))).toEqual(find(values));
    expect(find(values)).toEqual(find(values));
  });

  it('is not misled by one absurd value', () => {
    const glitched = weekOf(() => 40);
    glitched[WEEK - 30] = 2 ** 64;
    expect(weightOf(glitched)).toBe(0);
    const climbing = weekOf(climb(6, 5));
    climbing[WEEK - 30] = 2 ** 64;
    expect(weightOf(climbing)).toBeGreaterThan(0.8);
  });
});
