import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../core/shared/instant.ts';

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T10:00:00Z', 1_795_255_200],
    ['2026-11-21T10:00:00.999Z', 1_795_255_200],
    ['2026-11-21 10:00:00', 1_795_255_200],
    ['2026-11-21T10:00', 1_795_255_200],
    ['2026-11-21T11:00:00+01:00', 1_795_255_200],
    ['2026-11-21T05:00:00-0500', 1_795_255_200],
    ['2026-11-21T12:00:00+02', 1_795_255_200],
    ['2026-11-21', 1_795_219_200],
    [' 1795255200 ', 1_795_255_200],
    ['1795255200.7', 1_795_255_200],
    ['-1.5', -2],
  ])('reads %s', (text, seconds) => {
    expect(parseInstant(text)).toBe(seconds);
  });

  it.each([
    '',
    'now',
    '21.11.2026',
    '2026-13-01',
    '2026-02-30',
    '2026-11-21T25:00:00Z',
    '1e9',
    '0x10',
    '2026-11-21T',
  ])('does not read %j', (text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  it('parses every instant that Date formats', () => {
    const range = { min: new Date('1971-01-01'), max: new Date('2999-01-01'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(parseInstant(date.toISOString())).toBe(Math.floor(date.getTime() / 1000));
      }),
    );
  });
});
