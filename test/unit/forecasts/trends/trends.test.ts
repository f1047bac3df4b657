import { describe, expect, it } from 'vitest';
import { forecast } from '../../../../core/forecasts/engine/ensemble.ts';
import { dailyTotals, forecastDailyTotals } from '../../../../core/forecasts/trends/business-forecast.ts';
import { dayBlocks } from '../../../../core/forecasts/trends/day-blocks.ts';
import { capacityRunOut, exhaustionWithinForecast } from '../../../../core/forecasts/trends/exhaustion.ts';
import { trendOver, trends, weekOverWeek } from '../../../../core/forecasts/trends/growth.ts';
import { detectLeak } from '../../../../core/forecasts/trends/leak.ts';
import { forecastReliability } from '../../../../core/forecasts/trends/reliability-forecast.ts';
import { robustSlope } from '../../../../core/forecasts/trends/robust-slope.ts';
import { seasonalEvents } from '../../../../core/forecasts/trends/seasonal-events.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { noise, seriesOf } from '../engine/sample-series.ts';

const DAY = 86_400;
const hourly = (days: number, valueAt: (hour: number) => number) => seriesOf(days * 24, valueAt, 3600);
const wave = (hour: number) => 10 * Math.sin((2 * Math.PI * hour) / 24);

describe('robust slope', () => {
  it('is robust against a fifth of outliers', () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const line = robustSlope(
      x,
      x.map((i) => (i % 5 === 0 ? 1000 : 3 + 2 * i + noise(i))),
    )!;
    expect(line.slope).toBeCloseTo(2, 0);
    expect(line.significant).toBe(true);
  });

  it('finds no trend in noise, and nothing in two points', () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    expect(robustSlope(x, x.map(noise))!.significant).toBe(false);
    expect(robustSlope([0, 1], [0, 1])).toBeNull();
  });
});

describe('growth', () => {
  it('reports the trend over 30, 60 and 90 days despite the daily season', () => {
    const found = trends(hourly(95, (h) => 100 + h / 24 + wave(h) + noise(h)));
    expect(found.map(({ days }) => days)).toEqual([30, 60, 90]);
    for (const { perDay } of found) expect(perDay.slope).toBeCloseTo(1, 1);
    expect(found[0]!.growth).toBeCloseTo(29 / 165, 1);
  });

  it('reports nothing if the history is too short', () => {
    expect(trends(hourly(14, (h) => h))).toEqual([]);
    expect(
      trendOver(
        hourly(10, (h) => h),
        30,
      ),
    ).toBeNull();
    expect(
      trendOver(
        hourly(2, (h) => h),
        3,
      ),
    ).toBeNull();
  });

  it('gives no growth over a longer span than the data', () => {
    expect(trends(hourly(20, (h) => h)).map(({ days }) => days)).toEqual([20]);
    const [month, all] = trends(hourly(45, (h) => 50 + h / 24));
    expect([month!.days, all!.days]).toEqual([30, 45]);
    expect(all!.growth).toBeCloseTo(44 / 50.5, 2);
  });

  it('has no growth from zero', () => {
    expect(
      trendOver(
        hourly(30, () => 0),
        30,
      )!.growth,
    ).toBeNull();
  });

  it('compares weeks by the days that both contain', () => {
    const change = weekOverWeek(hourly(14, (h) => (h < 7 * 24 ? 100 : 120) + wave(h)))!;
    expect(change.change).toBeCloseTo(0.2, 9);
    expect(weekOverWeek(hourly(7, () => 1))).toBeNull();
    expect(weekOverWeek(hourly(14, (h) => (h < 7 * 24 ? 0 : 5)))!.change).toBeNull();
  });

  it('omits days that are mostly missing', () => {
    const series = hourly(3, (h) => (h >= 24 && h < 40 ? Number.NaN : 2));
    expect(dayBlocks(series).map(({ age }) => age)).toEqual([2, 0]);
  });
});

describe('exhaustion', () => {
  const disk = hourly(30, (h) => 40 + h / 24 + noise(h));

  it('dates the run-out of a filling disk', () => {
    const end = disk.start + 30 * DAY;
    const { early, middle, late, perDay } = capacityRunOut(disk, 90)!;
    expect(perDay).toBeCloseTo(1, 1);
    expect((middle! - end) / DAY).toBeGreaterThan(17);
    expect((middle! - end) / DAY).toBeLessThan(23);
    expect(early!).toBeLessThanOrEqual(middle!);
    expect(late!).toBeGreaterThanOrEqual(middle!);
  });

  it('dates a falling balance, but not a metric that is constant or moves away from the limit', () => {
    const falling = hourly(30, (h) => 100 - h / 24);
    expect((capacityRunOut(falling, 50)!.middle! - falling.start) / DAY).toBeCloseTo(50, 0);
    expect(
      capacityRunOut(
        hourly(30, () => 5),
        9,
      )!.middle,
    ).toBeNull();
    expect(capacityRunOut(falling, 200)!.middle).toBeNull();
    expect(
      capacityRunOut(
        hourly(2, () => 5),
        9,
      ),
    ).toBeNull();
  });

  it('reads early and late times from the forecast', () => {
    const made = forecast({ history: hourly(14, (h) => 10 + h / 10 + noise(h)), horizon: 96 });
    const limit = made.quantiles[4]![40]!;
    const { early, middle, late } = exhaustionWithinForecast(made, {
      direction: 'above',
      limit,
      source: 'fixed',
    });
    expect(early!).toBeLessThanOrEqual(middle!);
    expect(late === null || late >= middle!).toBe(true);
    expect(exhaustionWithinForecast(made, { direction: 'below', limit: -1e6, source: 'fixed' })).toEqual({
      early: null,
      middle: null,
      late: null,
    });
  });
});

describe('leak detection', () => {
  const RESTART = 72;
  const uptime = hourly(12, (h) => (h % RESTART) * 3600);

  it('finds growth that restarts reset', () => {
    const found = detectLeak(
      hourly(12, (h) => 100 + 2 * (h % RESTART) + noise(h)),
      uptime,
    )!;
    expect(found).toMatchObject({ leaking: true, stretches: 4, growing: 4 });
    expect(found.perHour).toBeCloseTo(2, 1);
    expect(found.givenBack!).toBeGreaterThan(100);
  });

  it('is not fooled by growing load, a steady level or a daily season', () => {
    expect(
      detectLeak(
        hourly(12, (h) => 100 + 2 * h),
        uptime,
      )!.leaking,
    ).toBe(false);
    expect(
      detectLeak(
        hourly(12, (h) => 100 + noise(h)),
        uptime,
      )!.leaking,
    ).toBe(false);
    expect(
      detectLeak(
        hourly(12, (h) => 100 + wave(h)),
        uptime,
      )!.leaking,
    ).toBe(false);
  });

  it('judges a period without a restart by its growth, and returns nothing without one', () => {
    const up = hourly(5, (h) => h * 3600);
    expect(
      detectLeak(
        hourly(5, (h) => 100 + h),
        up,
      ),
    ).toMatchObject({ leaking: true, givenBack: null });
    expect(
      detectLeak(
        seriesOf(5, (i) => i),
        seriesOf(5, (i) => i),
      ),
    ).toBeNull();
    expect(
      detectLeak(
        hourly(5, () => Number.NaN),
        up,
      ),
    ).toBeNull();
  });
});

describe('reliability forecast', () => {
  const span = { from: 0, to: 90 * DAY };
  const weekly = Array.from({ length: 12 }, (_, i) => ({ at: i * 7 * DAY + DAY, downSeconds: 1200 }));

  it('expects about one failure per week for a service that fails weekly', () => {
    const made = forecastReliability(weekly, span, 7 * DAY);
    expect(made.expectedFailures).toBeGreaterThan(0.8);
    expect(made.expectedFailures).toBeLessThan(1.3);
    expect(made.failureProbability).toBeGreaterThan(0.5);
    expect(made.failureProbability).toBeLessThan(0.75);
    expect(made.expectedDownSeconds).toBeGreaterThan(900);
  });

  it('lets recent failures count more', () => {
    const [old, recent] = [5 * DAY, 85 * DAY].map((at) => [{ at, downSeconds: 600 }]);
    expect(forecastReliability(recent!, span, DAY).failureProbability).toBeGreaterThan(
      1.5 * forecastReliability(old!, span, DAY).failureProbability,
    );
  });

  it('rates failures without a past outage unlikely, not impossible, and limits downtime to the horizon', () => {
    const clean = forecastReliability([], span, DAY).failureProbability;
    expect(clean).toBeGreaterThan(0);
    expect(clean).toBeLessThan(0.05);
    const broken = forecastReliability([{ at: 80 * DAY, downSeconds: 1e9 }], span, DAY);
    expect(broken.downtimeProbability).toBe(1);
  });
});

describe('business forecast', () => {
  const orders = hourly(
    56,
    (h) => (100 + 50 * Math.sin((2 * Math.PI * h) / 24)) * (Math.floor(h / 24) % 7 < 5 ? 1 : 0.4),
  );

  it('forecasts the total of the next days with their weekday', () => {
    const made = forecastDailyTotals(orders, { days: 7 });
    const truth = [2400, 2400, 2400, 2400, 2400, 960, 960];
    truth.forEach((total, d) => {
      expect(Math.abs(made.quantiles[4]![d]! - total)).toBeLessThan(100);
    });
  });

  it('continues levels', () => {
    const made = forecastDailyTotals(orders, { quantileLevels: [0.5] });
    expect(made.quantiles).toHaveLength(1);
    expect(made.quantiles[0]![0]! / 2400).toBeCloseTo(1, 1);
  });

  it('sums whole days that end with the series', () => {
    const totals = dailyTotals(seriesOf(50, () => 1, 3600));
    expect([...totals.values]).toEqual([24, 24]);
    expect(totals.start).toBe(1_700_000_100 + 2 * 3600);
  });

  it('rejects less than a day', () => {
    expect(() => forecastDailyTotals(seriesOf(5, () => 1, 3600))).toThrow(InvalidInputError);
  });
});

describe('seasonal events', () => {
  it('finds the weekday and the day of the month that stand out', () => {
    const start = Date.UTC(2026, 0, 1) / 1000;
    const values = Float64Array.from({ length: 120 * 24 }, (_, h) => {
      const day = new Date((start + h * 3600) * 1000);
      return 100 * (day.getUTCDay() === 0 ? 0.5 : 1) * (day.getUTCDate() === 25 ? 2 : 1);
    });
    const found = seasonalEvents({ start, stepSeconds: 3600, values });
    expect(found).toMatchObject([
      { kind: 'day-of-month', day: 25, ratio: 2 },
      { kind: 'weekday', day: 0, ratio: 0.5 },
    ]);
  });

  it('finds none in steady days, in few days and in nothing', () => {
    expect(seasonalEvents(hourly(40, (h) => 100 + noise(h)))).toEqual([]);
    expect(seasonalEvents(hourly(5, (h) => h))).toEqual([]);
    expect(seasonalEvents(hourly(40, () => 0))).toEqual([]);
  });
});
