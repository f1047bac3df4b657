import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFrozen } from '../../../../core/remediation/gate/freeze.ts';
import { FreezeWindow } from '../../../../core/remediation/policy.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;
const weekly = (weekdays: string[], from: string, to: string): FreezeWindow =>
  FreezeWindow.parse({ weekdays, from, to, reason: 'office hours' });
const frozen = (window: FreezeWindow, ...times: string[]): boolean[] =>
  times.map((time) => isFrozen(window, at(time)));

describe('a window between two times', () => {
  const window = FreezeWindow.parse({
    from: '2026-11-27T00:00:00Z',
    to: '2026-11-30T12:00:00Z',
    reason: 'sale',
  });

  it('includes its beginning and not its end', () => {
    expect(
      frozen(
        window,
        '2026-11-26T23:59:59Z',
        '2026-11-27T00:00:00Z',
        '2026-11-30T11:59:59Z',
        '2026-11-30T12:00:00Z',
      ),
    ).toEqual([false, true, true, false]);
  });

  it('must end after it begins', () => {
    const parse = (from: string, to: string) => FreezeWindow.safeParse({ from, to, reason: '' }).success;
    expect(parse('2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z')).toBe(false);
    expect(parse('2026-11-27T00:00:01Z', '2026-11-27T00:00:00Z')).toBe(false);
    expect(parse('2026-11-27T00:00:00Z', '2026-11-27T00:00:01Z')).toBe(true);
  });
});

/** 2026-11-23 was a Monday. */
describe('a weekly window', () => {
  it('lasts from its beginning to its end on each of its days', () => {
    const window = weekly(['mon', 'wed'], '09:00', '17:30');
    expect(
      frozen(
        window,
        '2026-11-23T08:59:59Z',
        '2026-11-23T09:00:00Z',
        '2026-11-23T17:29:59Z',
        '2026-11-23T17:30:00Z',
      ),
    ).toEqual([false, true, true, false]);
    expect(frozen(window, '2026-11-24T12:00:00Z', '2026-11-25T12:00:00Z', '2026-11-30T12:00:00Z')).toEqual([
      ...[false, true, true],
    ]);
  });

  it('that ends before it begins lasts until the next day', () => {
    const window = weekly(['fri'], '22:00', '06:00');
    expect(
      frozen(
        window,
        '2026-11-27T21:59:59Z',
        '2026-11-27T22:00:00Z',
        '2026-11-28T05:59:59Z',
        '2026-11-28T06:00:00Z',
      ),
    ).toEqual([false, true, true, false]);
    expect(frozen(window, '2026-11-27T05:00:00Z')).toEqual([false]);
  });

  it('crosses the end of the week', () => {
    const window = weekly(['sun'], '23:00', '01:00');
    expect(frozen(window, '2026-11-29T23:00:00Z', '2026-11-30T00:59:59Z', '2026-11-30T01:00:00Z')).toEqual([
      ...[true, true, false],
    ]);
  });

  it('whose times are equal lasts a day', () => {
    const window = weekly(['tue'], '12:00', '12:00');
    expect(
      frozen(
        window,
        '2026-11-24T11:59:59Z',
        '2026-11-24T12:00:00Z',
        '2026-11-25T11:59:59Z',
        '2026-11-25T12:00:00Z',
      ),
    ).toEqual([false, true, true, false]);
  });

  it('agrees with the calendar at every time', () => {
    const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const minute = fc.integer({ min: 0, max: 1439 });
    const clock = (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const time = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.subarray(DAYS, { minLength: 1 }), minute, minute, time, (days, from, to, now) => {
        const today = DAYS[new Date(now * 1000).getUTCDay()]!;
        const yesterday = DAYS[new Date((now - 86_400) * 1000).getUTCDay()]!;
        const text = new Date(now * 1000).toISOString().slice(11, 16);
        const [begin, end] = [clock(from), clock(to)];
        const crosses = end <= begin;
        const expected =
          (days.includes(today) && text >= begin && (crosses || text < end)) ||
          (crosses && days.includes(yesterday) && text < end);
        expect(isFrozen(weekly(days, begin, end), now)).toBe(expected);
      }),
    );
  });
});
