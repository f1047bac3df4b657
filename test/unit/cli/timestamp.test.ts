import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../../../cli/input/reading/timestamp.ts';

const NOON = Date.UTC(2014, 1, 14, 12, 30, 15) / 1000;

describe('timestamps', () => {
  it.each([
    ['2014-02-14 12:30:15', NOON],
    ['2014-02-14T12:30:15', NOON],
    ['2014-02-14T12:30:15Z', NOON],
    ['2014-02-14t12:30:15z', NOON],
    ['2014-02-14T13:30:15+01:00', NOON],
    ['2014-02-14T07:00:15-0530', NOON],
    ['2014-02-14 12:30', NOON - 15],
    ['2014-02-14', NOON - 15 - 12.5 * 3600],
    ['2014-02-14T12:30:15.250Z', NOON + 0.25],
    [String(NOON), NOON],
    ['1392381015.5', NOON + 0.5],
    ['2014-02-14 12:30:15 UTC', NOON],
    ['2014-02-14 13:30:15 +01', NOON],
    ['2014/02/14 12:30:15', NOON],
    ['2014-02-14T12:30:15.123456789Z', NOON + 0.123456789],
    ['1392381015000', NOON],
    ['1392381015000000', NOON],
    ['1392381015000000000', NOON],
    ['0', 0],
    ['-60', -60],
  ])('reads %s', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2014-13-01',
    '2014-02-30',
    '2023-02-29',
    '2014-02-14 24:00:00',
    '2014-02-14 12:60:00',
    '14/02/2014',
    '2014/02-14',
    '2014-02-14 12:30:15 CET',
    '139238101500000000000',
    'NaN',
    'Infinity',
    '1e9',
  ])('rejects %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('round-trips every second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (second) => {
        expect(parseTimestamp(formatTimestamp(second))).toBe(second);
      }),
    );
  });

  it('handles leap years', () => {
    expect(parseTimestamp('2024-02-29')).toBe(Date.UTC(2024, 1, 29) / 1000);
  });
});
