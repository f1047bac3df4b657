import { describe, expect, it } from 'vitest';
import { hourOf, isoDate, isoOfMs, isoOfSeconds } from '../../../core/shared/time.ts';

const NOON_MS = Date.UTC(2026, 10, 21, 12, 0, 0, 250);

describe('timestamps as text', () => {
  it('keeps the milliseconds of epoch milliseconds', () => {
    expect(isoOfMs(NOON_MS)).toBe('2026-11-21T12:00:00.250Z');
  });

  it('writes epoch seconds in the same format', () => {
    expect(isoOfSeconds(Math.floor(NOON_MS / 1000))).toBe('2026-11-21T12:00:00.000Z');
  });

  it('names the UTC day', () => {
    expect(isoDate(Date.UTC(2026, 10, 21, 23, 59, 59))).toBe('2026-11-21');
  });
});

describe('hours since the epoch', () => {
  it('begin on the hour', () => {
    expect([0, 3599, 3600, -1].map(hourOf)).toEqual([0, 0, 1, -1]);
  });
});
