import { describe, expect, it } from 'vitest';
import { intervalOf, longestGapIn, patienceOf } from '../../../../core/metrics/reporting/rhythm.ts';

const MINUTE = 60;

describe('the allowed silence', () => {
  it.each([
    [60, 15 * MINUTE],
    [300, 15 * MINUTE],
    [600, 30 * MINUTE],
    [3600, 180 * MINUTE],
  ])('of a series with a point every %d seconds is %d seconds', (interval, patience) => {
    expect(patienceOf({ interval, longestGap: interval })).toBe(patience);
  });

  it.each([
    [60, 120, 15 * MINUTE],
    [300, 600, 20 * MINUTE],
    [300, 3600, 75 * MINUTE],
    [60, 23 * 3600, 23 * 3600 + 15 * MINUTE],
  ])('of one with a point every %d s that paused for %d s is %d s', (interval, longestGap, patience) => {
    expect(patienceOf({ interval, longestGap })).toBe(patience);
  });

  it('has no end if the interval is unknown', () => {
    expect(patienceOf({ interval: undefined, longestGap: 0 })).toBe(Infinity);
  });
});

it('a series of fewer than two points has no interval and no gap', () => {
  expect([intervalOf([]), intervalOf([7])]).toEqual([undefined, undefined]);
  expect([longestGapIn([]), longestGapIn([7])]).toEqual([0, 0]);
  expect([intervalOf([0, 300]), longestGapIn([0, 300, 1200])]).toEqual([300, 900]);
});
