import { describe, expect, it } from 'vitest';
import {
  allowedSilenceOf,
  gapsOf,
  intervalOf,
  reportingPatternOf,
  weeklyAllowedSilence,
} from '../../../../core/metrics/reporting/reporting-pattern.ts';

const MINUTE = 60;

describe('the allowed silence', () => {
  it.each([
    [60, 15 * MINUTE],
    [300, 15 * MINUTE],
    [600, 30 * MINUTE],
    [3600, 180 * MINUTE],
  ])('of a series with a point every %d seconds is %d seconds', (interval, allowed) => {
    expect(allowedSilenceOf({ interval, usualPause: interval, isSteady: true })).toBe(allowed);
  });

  it.each([
    [60, 120, 15 * MINUTE],
    [300, 600, 20 * MINUTE],
    [300, 3600, 75 * MINUTE],
    [60, 23 * 3600, 23 * 3600 + 15 * MINUTE],
  ])('of one with a point every %d s that paused for %d s is %d s', (interval, usualPause, allowed) => {
    expect(allowedSilenceOf({ interval, usualPause, isSteady: true })).toBe(allowed);
  });

  it('has no end if the interval is unknown', () => {
    expect(allowedSilenceOf(reportingPatternOf([], undefined))).toBe(Infinity);
  });
});

it('a series of fewer than two points has no interval', () => {
  expect([intervalOf([]), intervalOf([7]), intervalOf([0, 300])]).toEqual([undefined, undefined, 300]);
});

describe('what reports at varying times', () => {
  const varying = (days: number) => Array.from({ length: days * 96 }, (_, i) => 600 + 300 * ((i * 7) % 5));

  it('is not steady, and may pause twice as long as it did within a day', () => {
    const pattern = reportingPatternOf(varying(1), 600);
    expect(pattern).toMatchObject({ isSteady: false, usualPause: 1800 });
    expect(allowedSilenceOf(pattern)).toBe(3600);
  });

  it('is not known before that', () => {
    expect(allowedSilenceOf(reportingPatternOf(varying(1).slice(0, 40), 600))).toBe(Infinity);
  });

  it('is not what lost a few points, or had two outages', () => {
    const steady = Array.from({ length: 60 }, (_, i) => (i % 15 === 0 ? 600 : 300));
    expect(reportingPatternOf(steady, 300)).toMatchObject({ isSteady: true, usualPause: 600 });
    const short = Array.from({ length: 10 }, () => 300);
    expect(reportingPatternOf([9000, ...short, 9000], 300).isSteady).toBe(true);
    expect(reportingPatternOf([9000, ...short.slice(1)], 300).isSteady).toBe(true);
    expect(reportingPatternOf([9000, ...short.slice(4)], 300).isSteady).toBe(false);
  });
});

it('the usual pause is the second-longest gap', () => {
  const pauses = [[], [7], [0, 300], [0, 300, 1200], [0, 900, 1200, 1500], [0, 60, 660, 1260, 1320]];
  expect(pauses.map((times) => reportingPatternOf(gapsOf(times), 3600).usualPause)).toEqual([
    0, 0, 0, 300, 300, 600,
  ]);
});

describe('a pause of a week ago', () => {
  const WEEK = 7 * 86_400;
  const HOUR = 3600;
  const now = 100 * WEEK;
  const every = (from: number, to: number) =>
    Array.from({ length: Math.floor((to - from) / 300) + 1 }, (_, i) => from + i * 300);

  it('excuses the same pause until it ends', () => {
    const reports = [
      ...every(now - WEEK - 9 * HOUR, now - WEEK - HOUR),
      ...every(now - WEEK + 2 * HOUR, now - HOUR),
    ];
    expect(weeklyAllowedSilence(reports, 300, now)).toBe(3 * HOUR + 900);
  });

  it('excuses nothing if the series reported then, or did not exist', () => {
    expect(weeklyAllowedSilence(every(now - WEEK - HOUR, now - HOUR), 300, now)).toBe(0);
    expect(weeklyAllowedSilence(every(now - WEEK + HOUR, now - HOUR), 300, now)).toBe(0);
    expect(weeklyAllowedSilence([], 300, now)).toBe(0);
  });
});
