import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { episodeAt } from '../../../../../core/forecasts/engine/continuation/episode.ts';
import { pastEpisodes } from '../../../../../core/forecasts/engine/continuation/past-episodes.ts';
import { LineFits } from '../../../../../core/forecasts/engine/series/line-fits.ts';
import { climb, mirrored, weekOf } from './ramp-series.ts';

const FLOOR = 0.1;
const OUTLOOK = 96;

const pastIn = (values: Float64Array, interventions: readonly number[] = []) => {
  const fits = new LineFits(values);
  const options = { floor: FLOOR, outlook: OUTLOOK, interventions };
  return pastEpisodes(fits, episodeAt(fits, values.length, FLOOR)!, options);
};
/** Climbs 6 an hour from 30 for eight hours, ten hours ago at a time, falls back, and is on its way again. */
const repeated = (hour: number): number => {
  const at = (((hour + 5) % 20) + 20) % 20;
  return at < 8 ? 30 + 6 * at : 30;
};

/**
 * The count by its definition: at every eighth of an outlook, a like climb whose end level is not 40 % further after one,
 * unless something was done from an eighth of an outlook before its end on.
 */
const failuresByDefinition = (values: Float64Array, interventions: readonly number[]): number => {
  const fits = new LineFits(values);
  const present = episodeAt(fits, values.length, FLOOR)!;
  const { slope, length } = present.line;
  return Array.from({ length: Math.floor(values.length / 12) }, (_, k) => 12 * k)
    .filter((end) => end >= 144 && end + OUTLOOK <= values.length)
    .filter((end) => end <= values.length - length + Math.floor(length / 4))
    .filter((end) => !interventions.some((at) => at > end - 12 && at <= end + OUTLOOK))
    .filter((end) => {
      const past = episodeAt(fits, end, FLOOR)!;
      const ratio = past.line.slope / slope;
      const isLike = past.signalToNoise >= 0.4 * present.signalToNoise && ratio >= 0.33 && ratio <= 4;
      const later = values.subarray(end + OUTLOOK - 12, end + OUTLOOK);
      const arrived = later.reduce((sum, value) => sum + value / 12, 0) - past.line.end;
      return (
        isLike && Math.abs(arrived) * Math.sign(arrived * slope) < 0.4 * Math.abs(past.line.slope) * OUTLOOK
      );
    }).length;
};

describe('pastEpisodes', () => {
  it('counts at every eighth of an outlook what its definition says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 13, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.5, max: 2.5, noNaN: true }),
        fc.constantFrom(1, -1),
        fc.array(fc.integer({ min: 0, max: 2015 }), { maxLength: 3 }),
        (every, since, slope, sign, interventions) => {
          const values = weekOf((hour) => {
            const cycle = Math.floor((hour + since) / every);
            const at = hour + since - cycle * every;
            const speed = slope * (1 + (Math.abs(cycle) % 3) * 0.8);
            return sign * (40 + (cycle === 0 ? slope : speed) * Math.min(at, cycle === 0 ? at : 9));
          }, 0.6);
          const { failures } = pastIn(values, interventions);
          if (failures > 0) expect(failures).toBe(failuresByDefinition(values, interventions));
          expect(failures).toBeLessThanOrEqual(pastIn(values).failures);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts climbs like the present one that did not continue', () => {
    expect(pastIn(weekOf(repeated)).failures).toBeGreaterThan(3);
    expect(pastIn(mirrored(weekOf(repeated))).failures).toBe(pastIn(weekOf(repeated)).failures);
  });

  it('counts none that ended because something was done', () => {
    const values = weekOf(repeated);
    const stepAt = (hour: number) => values.length + 12 * hour;
    const ends = Array.from({ length: 8 }, (_, n) => -17 - 20 * n);
    expect(pastIn(values, ends.map(stepAt)).failures).toBe(0);
    const oneLess = pastIn(values, [stepAt(ends[2]!)]).failures;
    expect(oneLess).toBeGreaterThan(0);
    expect(oneLess).toBeLessThan(pastIn(values).failures);
    // What is done at other times explains nothing.
    expect(pastIn(values, [stepAt(-0.5)]).failures).toBe(pastIn(values).failures);
  });

  it('counts none for a climb that goes on after an action interrupted one like it', () => {
    const stepAt = (hour: number) => 2016 + 12 * hour;
    /** Climbs came to nothing; one is interrupted eight hours ago, and goes on an hour later. */
    const resumed = (before: (hour: number) => number) =>
      weekOf((hour) => {
        if (hour < -24) return repeated(hour);
        return hour < -8 ? before(hour) : 30 + 6 * Math.max(0, hour + 7);
      });
    const climbed = (hour: number) => 30 + 6 * Math.max(0, hour + 15);
    const fallen = (hour: number) => 78 - 6 * Math.max(0, hour + 15);
    const failures = (before: (hour: number) => number, ...interventions: readonly number[]) =>
      pastIn(resumed(before), interventions).failures;
    expect(failures(climbed)).toBeGreaterThan(0);
    expect(failures(climbed, stepAt(-8) - 3)).toBe(0);
    // Not if there was no such climb, if the action was at another time, or outside of the history.
    expect(failures(() => 30, stepAt(-8) - 3)).toBeGreaterThan(0);
    expect(failures(fallen, stepAt(-8) - 3)).toBeGreaterThan(0);
    expect(failures(climbed, stepAt(-30))).toBeGreaterThan(0);
    expect(failures(climbed, stepAt(-3))).toBeGreaterThan(0);
    expect(failures(climbed, -20)).toBeGreaterThan(0);
  });

  it('counts none for a series that never climbed', () => {
    expect(pastIn(weekOf(climb(6, 5)))).toEqual({ failures: 0, isUnusual: true, isReturn: false });
  });

  it('counts none that was much slower, much steeper, or went the other way', () => {
    const precededBy = (earlier: (hour: number) => number) =>
      pastIn(weekOf((hour) => (hour < -10 ? 50 + earlier(hour) : 40 + 5 * Math.max(0, hour + 4))));
    const spikes = (perHour: number) => (hour: number) => {
      const at = (((hour % 24) + 24) % 24) - 20;
      return perHour * Math.max(0, Math.min(2, at));
    };
    expect(precededBy(spikes(6)).failures).toBeGreaterThan(0);
    expect(precededBy(spikes(60)).failures).toBe(0);
    expect(precededBy(spikes(-6)).failures).toBe(0);
  });

  it('forgets failures once the climb has left all levels of the past', () => {
    const beyond = (hour: number) =>
      hour < -5 ? repeated(hour) : 30 + 6 * (hour + 5) + 60 * Number(hour > -5);
    expect(pastIn(weekOf(beyond)).failures).toBe(0);
  });

  it('distinguishes a return to usual levels from a climb away from them', () => {
    const spike = (hour: number) => 40 + 30 * Math.max(0, 1 - Math.abs(hour + 2) / 2);
    expect(pastIn(weekOf(spike)).isReturn).toBe(true);
    expect(pastIn(mirrored(weekOf(spike))).isReturn).toBe(true);
    expect(pastIn(weekOf(climb(6, 5))).isReturn).toBe(false);
    const refilled = (hour: number) => (hour < -100 ? 85 : climb(4, 5)(hour));
    expect(pastIn(weekOf(refilled))).toEqual({ failures: 0, isUnusual: false, isReturn: false });
    // From a level that is usual, however far; and from beyond the usual levels to beyond them on the other side.
    const fallen = (hour: number) => 40 - 5 * Math.max(0, hour + 3) + 2 * Math.sin(hour);
    expect(pastIn(weekOf(fallen)).isReturn).toBe(false);
    const through = (hour: number) => (hour < -2 ? 40 + 30 * Math.max(0, hour + 4) : 100 - 40 * (hour + 2));
    expect(pastIn(weekOf(through)).isReturn).toBe(false);
  });
});
