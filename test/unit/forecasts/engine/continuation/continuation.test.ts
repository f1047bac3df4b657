import { describe, expect, it } from 'vitest';
import { accelerationOf } from '../../../../../core/forecasts/engine/continuation/acceleration.ts';
import {
  type Continuation,
  continuationQuantiles,
  continueRamp,
} from '../../../../../core/forecasts/engine/continuation/continuation.ts';
import { episodeAt } from '../../../../../core/forecasts/engine/continuation/episode.ts';
import { rampOf } from '../../../../../core/forecasts/engine/continuation/ramp.ts';
import { LineFits } from '../../../../../core/forecasts/engine/series/line-fits.ts';
import { climb, mirrored, weekOf } from './ramp-series.ts';

const HORIZON = 96;
const FLOOR = 0.1;
const LEVELS = [0.1, 0.5, 0.9];

const rampIn = (values: Float64Array) => {
  const fits = new LineFits(values);
  return { fits, ramp: rampOf(fits, episodeAt(fits, values.length, FLOOR)!) };
};
const continued = (values: Float64Array): Continuation => {
  const { fits, ramp } = rampIn(values);
  return continueRamp(fits, ramp, HORIZON);
};
/** Grows with the square of time since twelve hours ago. */
const parabola = (hour: number): number => 30 + 0.25 * Math.max(0, hour + 12) ** 2;

describe('continueRamp', () => {
  it('continues from the end of the ramp, at its slope', () => {
    const { centre } = continued(weekOf(climb(8, 3)));
    expect(centre[0]!).toBeCloseTo(40 + 24, 0);
    expect(centre[HORIZON - 1]!).toBeCloseTo(40 + 48, 0);
  });

  it('continues at the lower speed of a ramp that has slowed', () => {
    const slowed = (hour: number) => climb(8, 6)(Math.min(hour, -1.5 + (hour + 1.5) / 3));
    const { centre } = continued(weekOf(slowed, 0.2));
    expect(centre[HORIZON - 1]! - centre[0]!).toBeLessThan(0.75 * 6 * 8);
  });

  it('fans out with the lead', () => {
    const { fan } = continued(weekOf(climb(8, 3)));
    expect(fan[HORIZON - 1]! / fan[0]!).toBeCloseTo(HORIZON, 6);
    expect(fan[HORIZON - 1]!).toBeGreaterThan(0.2 * 8 * 3 * 0.9);
  });

  it('lets the present distance from the line fade with its persistence', () => {
    const wave = (hour: number) => 2 * Math.sin((2 * Math.PI * hour) / 3);
    const { centre, persistence } = continued(weekOf((hour) => climb(12, 4)(hour) + wave(hour + 0.75), 0.1));
    const straight = continued(weekOf(climb(12, 4), 0.1)).centre;
    expect(persistence).toBeGreaterThan(0.5);
    expect(centre[0]! - straight[0]!).toBeGreaterThan(1);
    expect(Math.abs(centre[HORIZON - 1]! - straight[HORIZON - 1]!)).toBeLessThan(3);
  });
});

describe('continuationQuantiles', () => {
  it('spreads evenly around the centre, ever wider, and falls as a mirror image of a climb', () => {
    const values = weekOf(climb(8, 3));
    const [low, middle, high] = continuationQuantiles(continued(values), LEVELS);
    const fallen = continuationQuantiles(continued(mirrored(values)), LEVELS);
    for (let h = 0; h < HORIZON; h++) {
      expect(low![h]!).toBeLessThan(middle![h]!);
      expect(high![h]!).toBeGreaterThan(middle![h]!);
      expect(fallen[0]![h]!).toBeCloseTo(-high![h]!, 9);
    }
    expect(high!.at(-1)! - low!.at(-1)!).toBeGreaterThan(high![0]! - low![0]!);
  });
});

describe('accelerationOf', () => {
  it('finds growth that accelerates, and continues it', () => {
    const { fits, ramp } = rampIn(weekOf(parabola, 0.5));
    const found = accelerationOf(fits, ramp)!;
    expect(found.weight).toBeGreaterThan(0.9);
    expect(found.perStep * 144).toBeCloseTo(0.5, 1);
    const { centre } = continueRamp(fits, ramp, HORIZON);
    expect(centre[HORIZON - 1]!).toBeGreaterThan(parabola(0) + 8 * 6);
  });

  it.each([
    ['a line that began some hours ago', climb(8, 3)],
    ['a steady climb over the whole week', climb(200, 0.2)],
    ['growth that slows', (hour: number) => 40 + 10 * Math.sqrt(Math.max(0, hour + 12))],
  ])('finds none in %s', (_, levelAt) => {
    const { fits, ramp } = rampIn(weekOf(levelAt));
    expect(accelerationOf(fits, ramp)?.weight ?? 0).toBeLessThan(0.5);
  });
});
