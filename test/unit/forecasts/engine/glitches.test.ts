import { describe, expect, it } from 'vitest';
import { withoutGlitches } from '../../../../core/forecasts/engine/series/glitches.ts';
import { climb, WEEK, weekOf } from './continuation/ramp-series.ts';

describe('withoutGlitches', () => {
  it.each([
    ['the second', 1],
    ['one in the middle', 1000],
    ['the last but one', WEEK - 2],
  ])('replaces %s value if it is absurd, and no other', (_, at) => {
    const values = weekOf(() => 40);
    const glitched = Float64Array.from(values);
    glitched[at] = 2 ** 64;
    const cleaned = withoutGlitches(glitched);
    expect(cleaned[at]!).toBeCloseTo(40, -0.5);
    expect(cleaned.filter((value, i) => value !== values[i])).toHaveLength(
      cleaned[at] === values[at] ? 0 : 1,
    );
  });

  it('replaces two in a row, below as above', () => {
    const values = weekOf(() => 40);
    values[500] = -1e9;
    values[501] = 1e9;
    const cleaned = withoutGlitches(values);
    expect(Math.max(...cleaned.map((value) => Math.abs(value - 40)))).toBeLessThan(1);
  });

  it('keeps both ends, where a glitch cannot be told from a shift', () => {
    const values = weekOf(() => 40);
    values[0] = 1e9;
    values[WEEK - 1] = -1e9;
    expect(withoutGlitches(values)).toEqual(values);
  });

  it('judges by the distance from the neighbours, whatever the level', () => {
    const values = weekOf(() => 1e6);
    values[700] = 1e6 + 15;
    expect(withoutGlitches(values)).toEqual(values);
    values[700] = 1e6 - 40;
    expect(withoutGlitches(values)[700]!).toBeCloseTo(1e6, -0.5);
    const below = weekOf(() => -1e6);
    below[700] = -1e6 + 40;
    expect(withoutGlitches(below)[700]!).toBeCloseTo(-1e6, -0.5);
  });

  it('keeps a climb and a level shift of any size', () => {
    const climbing = weekOf(climb(6, 1e6));
    const shifted = weekOf((hour) => (hour > -3 ? 1e9 : 40));
    expect(withoutGlitches(climbing)).toEqual(climbing);
    expect(withoutGlitches(shifted)).toEqual(shifted);
  });

  it('returns an ordinary series itself', () => {
    const values = weekOf(() => 40);
    const constant = weekOf(() => 40, 0);
    expect(withoutGlitches(values)).toBe(values);
    expect(withoutGlitches(constant)).toBe(constant);
  });
});
