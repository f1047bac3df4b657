import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_SECONDS,
  HOUR_SECONDS,
  hourOf,
  isoDate,
  isoOfMs,
  isoOfSeconds,
  WEEK_SECONDS,
} from '../../../core/shared/time.ts';

describe('time', () => {
  it('counts seconds', () => {
    expect([HOUR_SECONDS, DAY_SECONDS, WEEK_SECONDS]).toEqual([3600, 86_400, 604_800]);
  });

  it('numbers hours so that each starts with its first second', () => {
    expect([-1, 0, 3599, 3600].map(hourOf)).toEqual([-1, 0, 0, 1]);
    const property = fc.property(fc.integer({ min: -1e9, max: 4e9 }), (seconds) => {
      const start = hourOf(seconds) * HOUR_SECONDS;
      expect(start).toBeLessThanOrEqual(seconds);
      expect(seconds - start).toBeLessThan(HOUR_SECONDS);
    });
    fc.assert(property);
  });

  it('names the day in UTC', () => {
    expect(isoDate(Date.UTC(2026, 10, 21, 23, 59, 59, 999))).toBe('2026-11-21');
    expect(isoDate(Date.UTC(2026, 10, 22))).toBe('2026-11-22');
  });

  it('writes epoch milliseconds and seconds as ISO 8601 text', () => {
    const noon = Date.UTC(2026, 10, 21, 12, 0, 0, 250);
    expect(isoOfMs(noon)).toBe('2026-11-21T12:00:00.250Z');
    expect(isoOfSeconds(Math.floor(noon / 1000))).toBe('2026-11-21T12:00:00.000Z');
  });
});
