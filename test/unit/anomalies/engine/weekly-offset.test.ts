import { describe, expect, it } from 'vitest';
import { WeeklyOffset } from '../../../../core/anomalies/engine/weekly-offset.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { seededRandom } from './daily-series.ts';

const DAY = 86_400;
const STEP = 600;
/** A Monday. */
const MONDAY = 1_717_372_800;

/** The residual of the time of day: weekends 10 lower, noise within 1. */
const difference = (timestamp: number, random: () => number, low = 10): number =>
  (((timestamp - MONDAY) / DAY) % 7 >= 5 ? -low : 0) + 2 * random() - 1;

const learn = (days: number, low?: number, shift = 0): WeeklyOffset => {
  const weekly = new WeeklyOffset();
  const random = seededRandom(5);
  for (let at = MONDAY; at < MONDAY + days * DAY; at += STEP)
    weekly.absorb(at + shift, difference(at, random, low));
  return weekly;
};

const SATURDAY = MONDAY + 33 * DAY + 43_200;
const WEDNESDAY = MONDAY + 30 * DAY + 43_200;

describe('weekly offset', () => {
  it('uses a weekend offset after it has seen a weekend and compared errors for some days', () => {
    expect(learn(6).at(SATURDAY)).toBe(0);
    expect(learn(11).at(SATURDAY)).toBe(0);
    expect(learn(21).at(SATURDAY)).toBeCloseTo(-10, 0);
    expect(Math.abs(learn(21).at(WEDNESDAY))).toBeLessThan(0.5);
  });

  it('returns 0 if weeks are no better than days', () => {
    for (const days of [21, 60, 200]) expect(learn(days, 0).at(SATURDAY)).toBe(0);
  });

  it('adapts to a changed weekend within some weeks', () => {
    const weekly = learn(28);
    const random = seededRandom(6);
    for (let at = MONDAY + 28 * DAY; at < MONDAY + 63 * DAY; at += STEP)
      weekly.absorb(at, difference(at, random, 30));
    expect(weekly.at(SATURDAY)).toBeLessThan(-24);
  });

  it('learns a block only when it is over, so that a fault does not hide itself', () => {
    const weekly = learn(33);
    const before = weekly.at(SATURDAY);
    for (let at = SATURDAY; at < SATURDAY + 7200; at += STEP) {
      expect(weekly.at(at)).toBe(before);
      weekly.absorb(at, 500);
    }
  });

  it('does not depend on the first day of the week, and handles a clock set back', () => {
    for (const days of [1, 3, 365])
      expect(learn(28, 10, days * DAY).at(SATURDAY + days * DAY)).toBe(learn(28).at(SATURDAY));
    const weekly = learn(28);
    weekly.absorb(MONDAY - 100 * DAY, 0);
    expect(weekly.at(MONDAY - 99 * DAY)).toBe(0);
  });

  it('accepts times before 1970', () => {
    const back = -52 * 7 * DAY * 60;
    expect(learn(28, 10, back).at(SATURDAY + back)).toBe(learn(28).at(SATURDAY));
  });

  it('continues identically after being saved', () => {
    for (const days of [3, 20]) {
      const weekly = learn(days);
      const writer = new ByteWriter();
      weekly.save(writer);
      const again = new WeeklyOffset();
      again.load(new ByteReader(writer.finish()));
      const random = seededRandom(9);
      for (let at = MONDAY + days * DAY; at < MONDAY + 40 * DAY; at += STEP) {
        const value = difference(at, random);
        weekly.absorb(at, value);
        again.absorb(at, value);
        expect(again.at(at)).toBe(weekly.at(at));
      }
    }
  });
});
