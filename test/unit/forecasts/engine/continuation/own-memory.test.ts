import { describe, expect, it } from 'vitest';
import { episodeAt } from '../../../../../core/forecasts/engine/continuation/episode.ts';
import { LineFits } from '../../../../../core/forecasts/engine/continuation/line-fits.ts';
import { recall } from '../../../../../core/forecasts/engine/continuation/own-memory.ts';
import { climb, mirrored, weekOf } from './ramp-series.ts';

const FLOOR = 0.1;
const OUTLOOK = 96;

const recallIn = (values: Float64Array) => {
  const fits = new LineFits(values);
  return recall(fits, episodeAt(fits, values.length, FLOOR)!, FLOOR, OUTLOOK);
};
/** Climbs 6 an hour from 30 for eight hours, ten hours ago at a time, falls back, and is on its way again. */
const repeated = (hour: number): number => {
  const at = (((hour + 5) % 20) + 20) % 20;
  return at < 8 ? 30 + 6 * at : 30;
};

describe('recall', () => {
  it('counts climbs like the present one that did not continue', () => {
    expect(recallIn(weekOf(repeated)).failures).toBeGreaterThan(3);
    expect(recallIn(mirrored(weekOf(repeated))).failures).toBe(recallIn(weekOf(repeated)).failures);
  });

  it('counts none for a series that never climbed', () => {
    expect(recallIn(weekOf(climb(6, 5)))).toEqual({ failures: 0, isUnusual: true, isReturn: false });
  });

  it('counts none that was much slower, much steeper, or went the other way', () => {
    const precededBy = (earlier: (hour: number) => number) =>
      recallIn(weekOf((hour) => (hour < -10 ? 50 + earlier(hour) : 40 + 5 * Math.max(0, hour + 4))));
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
    expect(recallIn(weekOf(beyond)).failures).toBe(0);
  });

  it('tells a return to usual levels from a climb away from them', () => {
    const spike = (hour: number) => 40 + 30 * Math.max(0, 1 - Math.abs(hour + 2) / 2);
    expect(recallIn(weekOf(spike)).isReturn).toBe(true);
    expect(recallIn(mirrored(weekOf(spike))).isReturn).toBe(true);
    expect(recallIn(weekOf(climb(6, 5))).isReturn).toBe(false);
  });
});
