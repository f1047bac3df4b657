import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isInstant,
  MAX_INSTANT,
  MIN_INSTANT,
  parseInstant,
  parseTimestamp,
} from '../../../core/shared/instant.ts';

describe('parseTimestamp', () => {
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
    expect(parseTimestamp(text)).toBe(seconds);
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
    expect(parseTimestamp(text)).toBeNaN();
  });

  it('parses every instant that Date formats', () => {
    const range = { min: new Date('1971-01-01'), max: new Date('2999-01-01'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(Math.floor(date.getTime() / 1000));
      }),
    );
  });
});

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T10:00:00Z', 1_795_255_200],
    ['2000-01-01', 946_684_800],
    ['946684800', 946_684_800],
    ['2100-12-31T23:59:59.999Z', MAX_INSTANT],
  ])('reads %s', (text, seconds) => {
    expect(parseInstant(text)).toBe(seconds);
  });

  it.each([
    ['before 2000', '1999-12-31T23:59:59Z'],
    ['after 2100', '2101-01-01'],
    ['the end of what ISO 8601 can write', '253402300800'],
    ['milliseconds', '1795255200000'],
    ['beyond what Date holds', '99999999999999'],
    ['beyond what a double holds exactly', '9'.repeat(40)],
    ['beyond what a double holds', '9'.repeat(400)],
    ['the epoch', '0'],
    ['a negative number', '-5'],
  ])('rejects %s', (_, text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  it('returns times that every clock and key can represent, or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double().map(String),
          fc.date().map((date) => String(date.getTime())),
        ),
        (text) => {
          const seconds = parseInstant(text);
          if (Number.isNaN(seconds)) return;
          expect(new Date(seconds * 1000).toISOString()).toMatch(/^20\d\d-|^2100-/);
        },
      ),
    );
  });
});

describe('isInstant', () => {
  it('includes both ends, and nothing that is not a number', () => {
    expect([MIN_INSTANT, MAX_INSTANT].every(isInstant)).toBe(true);
    expect(
      [MIN_INSTANT - 1, MAX_INSTANT + 1, Number.NaN, 1e300, Number.POSITIVE_INFINITY].some(isInstant),
    ).toBe(false);
  });
});
