import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { dailyTotals, forecastDailyTotals } from '../../../../core/forecasts/trends/business-forecast.ts';
import { dayBlocks } from '../../../../core/forecasts/trends/day-blocks.ts';
import { capacityRunOut, exhaustionWithinForecast } from '../../../../core/forecasts/trends/exhaustion.ts';
import { trendOver, trends, weekOverWeek } from '../../../../core/forecasts/trends/growth.ts';
import { detectLeak } from '../../../../core/forecasts/trends/leak.ts';
import { outagesBelow } from '../../../../core/forecasts/trends/outages.ts';
import { forecastReliability } from '../../../../core/forecasts/trends/reliability-forecast.ts';
import { robustSlope } from '../../../../core/forecasts/trends/robust-slope.ts';
import { seasonalEvents } from '../../../../core/forecasts/trends/seasonal-events.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

const N = Number.NaN;
const DAY = 86_400;
const HOUR = 3600;
/** Six-hour steps from 1 January 1970, a Thursday. */
const daily = (days: number, level: (day: number) => number, start = 0) => ({
  ...{ start, stepSeconds: DAY / 4 },
  values: Float64Array.from({ length: 4 * days }, (_, i) => level(Math.floor(i / 4))),
});

describe('the robust slope', () => {
  const line = fc.record({
    slope: fc.integer({ min: -5, max: 5 }),
    intercept: fc.integer({ min: -50, max: 50 }),
    x: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 20 }),
  });

  it('is that of a line, with an interval of no width', () => {
    fc.assert(
      fc.property(line, ({ slope, intercept, x }) => {
        const found = robustSlope(
          x,
          x.map((at) => intercept + slope * at),
        );
        for (const part of ['slope', 'low', 'high'] as const) expect(found?.[part]).toBeCloseTo(slope, 9);
        expect(found?.significant).toBe(slope !== 0);
        expect(found?.intercept).toBeCloseTo(intercept, 9);
      }),
    );
  });

  it('withstands an outlier among ten points', () => {
    const x = Array.from({ length: 10 }, (_, i) => i);
    const y = x.map((at) => (at === 9 ? 1000 : 2 * at));
    expect(robustSlope(x, y)?.slope).toBe(2);
  });

  it('lies within its interval, and turns around with the values', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -99, max: 99 })), {
      minLength: 4,
      maxLength: 15,
    });
    fc.assert(
      fc.property(points, (given) => {
        const [x, y] = [given.map(([at]) => at), given.map(([, value]) => value)];
        const found = robustSlope(x, y);
        fc.pre(found !== null);
        expect(found.low).toBeLessThanOrEqual(found.slope);
        expect(found.high).toBeGreaterThanOrEqual(found.slope);
        expect(found.significant).toBe(found.low > 0 || found.high < 0);
        expect(
          robustSlope(
            x,
            y.map((value) => -value),
          )?.slope,
        ).toBeCloseTo(-found.slope, 9);
      }),
    );
  });

  it('needs three different times', () => {
    expect(robustSlope([1, 1, 2], [1, 2, 3])).toBeNull();
    expect(robustSlope([], [])).toBeNull();
    expect(robustSlope([1, 2, 3, 3], [1, 2, 3, 3])).toMatchObject({ slope: 1 });
  });

  it('has the interval of Sen: for ten points, ranks 11 and 35 of 45', () => {
    const x = Array.from({ length: 10 }, (_, i) => i);
    const y = x.map((at) => at + 3 * Math.sin(7 * at));
    const slopes = x
      .flatMap((a) => x.filter((b) => b > a).map((b) => (y[b]! - y[a]!) / (b - a)))
      .toSorted((a, b) => a - b);
    const found = robustSlope(x, y);
    // C = 1.96 * sqrt(10 * 9 * 25 / 18) = 21.9; (45 - C) / 2 = 11.5 and (45 + C) / 2 = 33.5.
    expect(slopes.indexOf(found!.low)).toBeGreaterThanOrEqual(10);
    expect(slopes.indexOf(found!.low)).toBeLessThanOrEqual(11);
    expect(slopes.indexOf(found!.high)).toBeGreaterThanOrEqual(33);
    expect(slopes.indexOf(found!.high)).toBeLessThanOrEqual(34);
    expect(found!.slope).toBe(slopes[22]);
  });
});

describe('days', () => {
  it('are counted back from the end, without those that are mostly missing', () => {
    const values = Float64Array.of(9, 1, 2, 3, 4, N, N, 7, 9, N, N, N, 5);
    // The first step belongs to no whole day; the second-last day has half of its steps.
    expect(dayBlocks({ start: 0, stepSeconds: DAY / 4, values })).toEqual([
      { age: 2, median: 2.5, mean: 2.5, total: 10 },
      { age: 1, median: 8, mean: 8, total: 32 },
    ]);
    expect(dayBlocks({ start: 0, stepSeconds: DAY / 4, values: Float64Array.of(1, 2) })).toEqual([]);
    expect(dayBlocks({ start: 0, stepSeconds: 7 * DAY, values: Float64Array.of(1, 2) })).toHaveLength(2);
  });

  it('have totals on an even grid that ends with the series', () => {
    const series = daily(4, (day) => (day === 1 ? N : day + 1), 1000);
    expect(dailyTotals(series)).toEqual({
      ...{ start: 1000, stepSeconds: DAY, values: Float64Array.of(4, N, 12, 16) },
    });
    expect(dailyTotals(daily(0, () => 1, 1000))).toMatchObject({ start: 1000, values: new Float64Array(0) });
  });

  it('are needed to forecast their totals', () => {
    const none = () => forecastDailyTotals({ start: 0, stepSeconds: HOUR, values: Float64Array.of(1) });
    expect(none).toThrow(InvalidInputError);
    expect(none).toThrow(expect.objectContaining({ field: 'history' }));
    const { horizon, stepSeconds, quantileLevels } = forecastDailyTotals(
      daily(30, (day) => 10 + (day % 7)),
      {
        ...{ days: 3, quantileLevels: [0.5] },
      },
    );
    expect([horizon, stepSeconds, quantileLevels]).toEqual([3, DAY, [0.5]]);
    expect(forecastDailyTotals(daily(30, () => 5)).horizon).toBe(1);
  });
});

describe('growth', () => {
  it('is that of the daily medians over each span, none longer than the history', () => {
    const found = trends(daily(45, (day) => 100 + 2 * day));
    expect(found.map(({ days }) => days)).toEqual([30, 45]);
    expect(found[0]?.perDay).toMatchObject({ slope: 2, significant: true });
    // From 130 on the first of thirty days to 188 on the last.
    expect(found[0]?.growth).toBeCloseTo(58 / 130, 9);
    expect(
      trendOver(
        daily(14, () => 1),
        30,
      ),
    ).toBeNull();
    expect(
      trendOver(
        daily(15, () => 1),
        30,
      )?.growth,
    ).toBe(0);
    expect(
      trendOver(
        daily(30, (day) => day),
        30,
      )?.growth,
    ).toBeNull();
    expect(
      trendOver(
        daily(2, () => 1),
        4,
      ),
    ).toBeNull();
  });

  it('of a falling negative level is negative', () => {
    expect(
      trendOver(
        daily(30, (day) => -100 - day),
        30,
      )?.growth,
    ).toBeCloseTo(-0.29, 9);
  });

  it('from week to week compares the same weekdays', () => {
    expect(weekOverWeek(daily(14, (day) => (day < 7 ? 10 : 15)))).toEqual({
      ...{ lastMean: expect.closeTo(15, 9), previousMean: 10, change: expect.closeTo(0.5, 9) },
    });
    const gap = weekOverWeek(daily(14, (day) => (day === 0 || day === 8 ? N : day < 7 ? 10 : 5)));
    expect(gap).toEqual({ lastMean: 5, previousMean: 10, change: -0.5 });
    expect(weekOverWeek(daily(14, (day) => (day < 7 ? 0 : 5)))?.change).toBeNull();
    expect(weekOverWeek(daily(7, () => 5))).toBeNull();
    expect(weekOverWeek(daily(8, (day) => day))).toEqual({ lastMean: 7, previousMean: 0, change: null });
  });
});

describe('the end of a resource', () => {
  const threshold = (direction: 'above' | 'below', limit: number) => ({
    direction,
    limit,
    source: 'fixed' as const,
  });

  it('lies where the trend of its days meets the limit', () => {
    const found = capacityRunOut(
      daily(30, (day) => 10 + day),
      59.5,
    );
    // The last day has the level 39 at its middle, so 39.5 at the end.
    expect(found?.level).toBeCloseTo(39.5, 9);
    expect(found?.middle).toBeCloseTo((30 + 20) * DAY, 3);
    expect([found?.early, found?.late]).toEqual([found?.middle, found?.middle]);
    expect(
      capacityRunOut(
        daily(30, (day) => 100 - day),
        50.5,
      )?.middle,
    ).toBeCloseTo((30 + 20) * DAY, 3);
  });

  it('is not foreseeable if the trend never meets the limit', () => {
    expect(
      capacityRunOut(
        daily(30, () => 10),
        50,
      ),
    ).toMatchObject({ perDay: 0, early: null, middle: null, late: null });
    expect(
      capacityRunOut(
        daily(30, (day) => 40 - day),
        50,
      )?.middle,
    ).toBeNull();
    expect(
      capacityRunOut(
        daily(2, (day) => day),
        50,
      ),
    ).toBeNull();
  });

  it('looks at the given days only', () => {
    const bent = daily(40, (day) => (day < 30 ? 500 : day));
    expect(capacityRunOut(bent, 100, 10)?.perDay).toBe(1);
  });

  it('comes earlier with the faster end of the slope', () => {
    const noisy = daily(30, (day) => 10 + day + 6 * Math.sin(3 * day));
    const { early, middle, late } = capacityRunOut(noisy, 100)!;
    expect([early! < middle!, middle! < late!]).toEqual([true, true]);
    const falling = capacityRunOut(
      daily(30, (day) => 200 - day + 6 * Math.sin(3 * day)),
      100,
    )!;
    expect([falling.early! < falling.middle!, falling.middle! < falling.late!]).toEqual([true, true]);
  });

  it('within a forecast is where its quantiles reach the limit', () => {
    const forecast = {
      ...{ stepSeconds: 300, horizon: 3, quantileLevels: [0.5, 0.1, 0.9] },
      quantiles: [Float64Array.of(1, 2, 3), Float64Array.of(0, 1, 2), Float64Array.of(2, 3, 4)],
    } as unknown as Forecast;
    expect(exhaustionWithinForecast(forecast, threshold('above', 3))).toEqual({
      early: 600,
      middle: 900,
      late: null,
    });
    expect(exhaustionWithinForecast(forecast, threshold('below', 1))).toEqual({
      early: 300,
      middle: 300,
      late: null,
    });
    expect(exhaustionWithinForecast(forecast, threshold('below', 2))).toEqual({
      early: 300,
      middle: 300,
      late: 300,
    });
    expect(exhaustionWithinForecast(forecast, threshold('above', 9))).toEqual({
      early: null,
      middle: null,
      late: null,
    });
  });
});

describe('leaks', () => {
  const STEP = 600;
  const series = (values: readonly number[]) => ({
    start: 0,
    stepSeconds: STEP,
    values: Float64Array.from(values),
  });
  /** Three periods of a hundred steps between restarts. */
  const uptime = series(Array.from({ length: 300 }, (_, i) => (i % 100) * STEP));
  const memory = (level: (sinceRestart: number, period: number) => number) =>
    series(Array.from({ length: 300 }, (_, i) => level(i % 100, Math.floor(i / 100))));

  it('grow with uptime, and restarts give back what grew', () => {
    const found = detectLeak(
      memory((since) => 50 + 0.1 * since),
      uptime,
    );
    expect(found).toMatchObject({ leaking: true, stretches: 3, growing: 3 });
    // 0.1 a step of ten minutes.
    expect(found?.perHour).toBeCloseTo(0.6, 6);
    expect(found?.givenBack).toBeGreaterThan(9);
  });

  it('are not growth that restarts do not give back', () => {
    expect(
      detectLeak(
        memory((since, period) => 50 + 0.1 * (100 * period + since)),
        uptime,
      ),
    ).toMatchObject({
      ...{ leaking: false, growing: 3 },
    });
  });

  it('are not growth in one period of three, or by less than two per cent', () => {
    expect(
      detectLeak(
        memory((since, period) => (period === 1 ? 50 + 0.1 * since : 50)),
        uptime,
      ),
    ).toMatchObject({
      ...{ leaking: false, growing: 1 },
    });
    expect(
      detectLeak(
        memory((since) => 500 + 0.09 * since),
        uptime,
      ),
    ).toMatchObject({ leaking: false, growing: 0 });
    expect(
      detectLeak(
        memory((since, period) => (period < 2 ? 50 + 0.1 * since : 50)),
        uptime,
      )?.growing,
    ).toBe(2);
  });

  it('can be seen without a restart', () => {
    const always = series(Array.from({ length: 300 }, (_, i) => i * STEP));
    expect(detectLeak(series(Array.from({ length: 300 }, (_, i) => 50 + i)), always)).toMatchObject({
      ...{ leaking: true, stretches: 1, givenBack: null },
    });
  });

  it('cannot be judged in short periods, and a gap in uptime is not a restart', () => {
    const restless = series(Array.from({ length: 300 }, (_, i) => (i % 11) * STEP));
    expect(
      detectLeak(
        memory((since) => since),
        restless,
      ),
    ).toBeNull();
    const gap = { ...uptime, values: uptime.values.map((value, i) => (i === 50 ? N : value)) };
    expect(
      detectLeak(
        memory((since) => 50 + 0.1 * since),
        gap,
      )?.stretches,
    ).toBe(3);
    const empty = series(Array.from({ length: 300 }, () => N));
    expect(detectLeak(empty, uptime)).toBeNull();
  });
});

describe('recurring days', () => {
  it('stand out by weekday, in UTC', () => {
    // Day 0 is a Thursday, so day 2 is a Saturday.
    const found = seasonalEvents(daily(56, (day) => (day % 7 === 2 ? 200 : 100)));
    expect(found).toEqual([{ kind: 'weekday', day: 6, ratio: 2, seen: 8 }]);
    expect(seasonalEvents(daily(56, (day) => (day % 7 === 3 ? 70 : 100)))).toMatchObject([
      { kind: 'weekday', day: 0 },
    ]);
  });

  it('stand out by date, after their weekday is taken out', () => {
    const date = (day: number) => new Date(day * DAY * 1000).getUTCDate();
    const found = seasonalEvents(
      daily(150, (day) => (date(day) === 15 ? 300 : 100) * (day % 7 === 2 ? 2 : 1)),
    );
    expect(found[0]).toMatchObject({ kind: 'day-of-month', day: 15, ratio: 3 });
    expect(found[1]).toMatchObject({ kind: 'weekday', day: 6 });
    expect(found).toHaveLength(2);
  });

  it('need three occurrences on one side, and a quarter of difference', () => {
    expect(seasonalEvents(daily(14, (day) => (day % 7 === 2 ? 200 : 100)))).toEqual([]);
    expect(seasonalEvents(daily(56, (day) => (day % 7 === 2 ? 124 : 100)))).toEqual([]);
    expect(seasonalEvents(daily(56, (day) => (day % 7 === 2 ? 125 : 100)))).toHaveLength(1);
    // Five of eight on one side.
    expect(seasonalEvents(daily(56, (day) => (day % 7 === 2 ? (day < 35 ? 200 : 50) : 100)))).toEqual([]);
  });

  it('do not exist without totals', () => {
    expect(seasonalEvents(daily(56, () => 0))).toEqual([]);
    expect(seasonalEvents(daily(56, () => N))).toEqual([]);
  });
});

describe('outages', () => {
  it('last from the first low value to the end of the last, across gaps', () => {
    const values = Float64Array.of(1, 0, 0, N, 0, 1, 0, 1, N, 1);
    expect(outagesBelow({ start: 100, stepSeconds: 60, values }, 0.5)).toEqual([
      { at: 160, downSeconds: 240 },
      { at: 460, downSeconds: 60 },
    ]);
    expect(outagesBelow({ start: 0, stepSeconds: 60, values: Float64Array.of(0.5) }, 0.5)).toEqual([]);
  });
});

describe('reliability', () => {
  const SPAN = { from: 0, to: 90 * DAY };
  const failures = (count: number, downSeconds = 600) =>
    Array.from({ length: count }, (_, i) => ({ at: i * DAY, downSeconds }));

  it('is a probability that falls with every failure and with a longer horizon', () => {
    const within = (count: number, horizon: number) => forecastReliability(failures(count), SPAN, horizon);
    for (const count of [0, 1, 10]) {
      const { failureProbability: p, downtimeProbability } = within(count, DAY);
      expect([p > 0, p < 1, downtimeProbability >= 0, downtimeProbability <= 1]).toEqual([
        true,
        true,
        true,
        true,
      ]);
      expect(within(count + 1, DAY).failureProbability).toBeGreaterThan(p);
      expect(within(count, 2 * DAY).failureProbability).toBeGreaterThan(p);
    }
  });

  it('counts recent failures more, by half for each half-life, and none outside the span', () => {
    const expected = (at: number) =>
      forecastReliability([{ at, downSeconds: 0 }], SPAN, DAY, 30 * DAY).expectedFailures;
    const none = forecastReliability([], SPAN, DAY, 30 * DAY).expectedFailures;
    const ratio = (expected(59 * DAY) - none) / (expected(89 * DAY) - none);
    expect(ratio).toBeCloseTo(0.5, 9);
    expect([expected(-1), expected(90 * DAY)]).toEqual([none, none]);
    expect(expected(0)).toBeGreaterThan(none);
  });

  it('is what a pocket calculator says', () => {
    const half = 30 * DAY;
    const { failureProbability, expectedFailures, expectedDownSeconds } = forecastReliability(
      [{ at: 60 * DAY, downSeconds: 3600 }],
      SPAN,
      DAY,
      half,
    );
    const exposure = (half / Math.LN2) * (1 - 0.125);
    // One failure of half the weight, and the prior's half.
    expect(expectedFailures).toBeCloseTo(DAY / exposure, 9);
    expect(failureProbability).toBeCloseTo(1 - exposure / (exposure + DAY), 9);
    expect(expectedDownSeconds).toBeCloseTo(expectedFailures * (0.5 * 3600 + 0.5 * 900), 6);
  });

  it('never expects more downtime than time', () => {
    const found = forecastReliability(failures(80, 10 * DAY), SPAN, DAY);
    expect([found.expectedDownSeconds, found.downtimeProbability]).toEqual([DAY, 1]);
  });
});
