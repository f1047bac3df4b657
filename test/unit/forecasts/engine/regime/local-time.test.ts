import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inLocalTime,
  localLeads,
  localTimeWeight,
  stepMoves,
} from '../../../../../core/forecasts/engine/regime/local-time.ts';
import {
  mainPeriod,
  type SeriesView,
  viewSeries,
} from '../../../../../core/forecasts/engine/series/series-view.ts';
import { noise } from '../sample-series.ts';

const HOUR = 12;
const DAY = 288;
const viewOf = (values: Float64Array, stepSeconds = 300): SeriesView =>
  viewSeries({ start: 0, stepSeconds, values }, mainPeriod(stepSeconds), () => []);
/** Steps counted from 0, so that a value tells where it came from. */
const counted = (length: number): SeriesView => ({
  ...viewOf(new Float64Array(length)),
  y: Float64Array.from({ length }, (_, i) => i),
});

describe('moves in steps', () => {
  const series = { start: 1000, stepSeconds: 300 };

  it('begin with the first step under the new clock', () => {
    expect(
      stepMoves(
        [
          { at: 1300, forward: 3600 },
          { at: 1301, forward: -1800 },
        ],
        series,
      ),
    ).toEqual([
      { at: 1, earlier: 12 },
      { at: 2, earlier: -6 },
    ]);
  });

  it('are left out before the history, and if they are not a whole number of steps', () => {
    expect(stepMoves([{ at: 1000, forward: 3600 }], series)).toEqual([]);
    expect(stepMoves([{ at: 9000, forward: 1800 }], { start: 0, stepSeconds: 3600 })).toEqual([]);
    expect(stepMoves([{ at: 9000, forward: 3600 }], { start: 0, stepSeconds: 86_400 })).toEqual([]);
  });
});

describe('a history in local time', () => {
  it('comes an hour earlier before clocks go forward; the hour that they skip keeps its values', () => {
    const { y } = inLocalTime(counted(100), [{ at: 60, earlier: HOUR }]);
    expect([y[0], y[47], y[48], y[59], y[60], y[99]]).toEqual([12, 59, 48, 59, 60, 99]);
  });

  it('comes an hour later before clocks go back; the first of the two equal hours is lost', () => {
    const { y } = inLocalTime(counted(100), [{ at: 60, earlier: -HOUR }]);
    expect([y[0], y[11], y[12], y[59], y[60], y[99]]).toEqual([0, 11, 0, 47, 60, 99]);
  });

  it('adds up several moves', () => {
    const { y } = inLocalTime(counted(100), [
      { at: 30, earlier: HOUR },
      { at: 60, earlier: -HOUR },
    ]);
    expect([y[70], y[59], y[42], y[29], y[20]]).toEqual([70, 47, 30, 29, 20]);
  });

  it('moves the marks of missing values along', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i === 40 ? Number.NaN : i));
    const { missing } = inLocalTime(viewOf(values), [{ at: 60, earlier: HOUR }]);
    expect([...missing!.keys()].filter((i) => missing![i] === 1)).toEqual([28]);
  });

  it('contains only values of the history, each at most one move away', () => {
    const moves = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom(-12, -6, 6, 12));
    fc.assert(
      fc.property(moves, ([at, earlier]) => {
        inLocalTime(counted(100), [{ at, earlier }]).y.forEach((from, i) => {
          expect([0, earlier]).toContain(from - i);
          if (i >= at) expect(from).toBe(i);
        });
      }),
    );
  });
});

describe('the weight of local time', () => {
  const office = (byClock: boolean, at: number, n: number) =>
    viewOf(
      Float64Array.from({ length: n }, (_, i) => {
        const inDay = (i + (byClock && i >= at ? HOUR : 0)) % DAY;
        return (inDay >= 100 && inDay < 200 ? 50 : 10) + noise(i);
      }),
    );
  const weightOf = (byClock: boolean, days: number, history = 14) => {
    const at = (history - days) * DAY;
    return localTimeWeight(office(byClock, at, history * DAY), [{ at, earlier: HOUR }]);
  };

  it('is high before any evidence', () => {
    const { weight } = { weight: localTimeWeight(office(true, 0, 14 * DAY), []) };
    expect(weight).toBeCloseTo(0.88, 2);
  });

  it.each([2, 3, 6, 9])('is certain %i days after the move, for people and for jobs', (days) => {
    expect(weightOf(true, days)).toBe(1);
    expect(weightOf(false, days)).toBe(0);
  });

  it('is certain with a week of history, too', () => {
    expect([weightOf(true, 3, 7), weightOf(false, 3, 7)]).toEqual([1, 0]);
  });

  it('keeps its prior if nothing can be compared', () => {
    const flat = viewOf(new Float64Array(14 * DAY).fill(5));
    expect(localTimeWeight(flat, [{ at: 3000, earlier: HOUR }])).toBeCloseTo(0.88, 2);
    expect(weightOf(true, 14, 14)).toBeCloseTo(0.88, 2);
  });
});

describe('leads under a clock that moves', () => {
  it('skip the hour that clocks skip, and repeat the one that they repeat', () => {
    const leads = localLeads(100, 30, [{ at: 105, earlier: 12 }]);
    expect([...leads.subarray(3, 7)]).toEqual([3, 4, 17, 18]);
    const back = localLeads(100, 30, [{ at: 115, earlier: -12 }]);
    expect([...back.subarray(13, 17)]).toEqual([13, 14, 3, 4]);
    expect(localLeads(100, 3, [{ at: 100, earlier: -12 }])).toEqual(Int32Array.of(0, 0, 0));
  });

  it('are unchanged by moves in the past and beyond the horizon', () => {
    const moves = [
      { at: 50, earlier: 12 },
      { at: 103, earlier: 12 },
    ];
    expect(localLeads(100, 3, moves)).toEqual(Int32Array.of(0, 1, 2));
  });
});
