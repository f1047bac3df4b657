import { describe, expect, it } from 'vitest';
import { clockMoves, isTimeZone, utcOffset } from '../../../core/shared/time-zone.ts';

const at = (text: string): number => Date.parse(text) / 1000;
const YEAR = [at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z')] as const;
const movesOf = (zone: string) =>
  clockMoves(zone, ...YEAR).map(({ at: time, forward }) => [new Date(time * 1000).toISOString(), forward]);

describe('time zones', () => {
  it('knows names of the time zone database only', () => {
    expect(['Europe/Berlin', 'UTC', 'Australia/Lord_Howe'].every(isTimeZone)).toBe(true);
    expect(['', 'Europe/Atlantis', 'Berlin', '; drop'].some(isTimeZone)).toBe(false);
    expect(() => clockMoves('Europe/Atlantis', ...YEAR)).toThrow(RangeError);
  });

  it('are ahead of UTC or behind it, by fractions of an hour too', () => {
    const june = at('2026-06-01T00:00:00Z');
    expect(utcOffset('Asia/Kathmandu', june)).toBe(20_700);
    expect(utcOffset('America/St_Johns', june)).toBe(-9000);
    expect(utcOffset('UTC', june)).toBe(0);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T01:00:00.000Z', 3600, '2026-10-25T01:00:00.000Z', -3600],
    ['Australia/Sydney', '2026-04-04T16:00:00.000Z', -3600, '2026-10-03T16:00:00.000Z', 3600],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00.000Z', -1800, '2026-10-03T15:30:00.000Z', 1800],
  ])('moves the clocks of %s to the second', (zone, first, forward, second, back) => {
    expect(movesOf(zone)).toEqual([
      [first, forward],
      [second, back],
    ]);
  });

  it.each(['UTC', 'Asia/Kolkata', 'America/Phoenix'])('never moves those of %s', (zone) => {
    expect(movesOf(zone)).toEqual([]);
  });

  it('excludes a move at the start and includes one at the end of the span', () => {
    const move = at('2026-03-29T01:00:00Z');
    expect(clockMoves('Europe/Berlin', move, move + 10)).toEqual([]);
    expect(clockMoves('Europe/Berlin', move - 10, move)).toEqual([{ at: move, forward: 3600 }]);
  });
});
