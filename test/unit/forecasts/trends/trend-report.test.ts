import { describe, expect, it } from 'vitest';
import { presentTrends, Trends } from '../../../../core/forecasts/api/trends.ts';
import { reportTrends } from '../../../../core/forecasts/trends/trend-report.ts';
import { noise, seriesOf } from '../engine/sample-series.ts';

const DAY = 86_400;
const hourly = (days: number, valueAt: (hour: number) => number) => seriesOf(days * 24, valueAt, 3600);
const growing = hourly(95, (h) => 40 + h / 48 + noise(h));

describe('a trend report', () => {
  it('reports trends, the week and when a capacity is reached', () => {
    const report = reportTrends(growing, { capacity: 100 });
    expect(report.trends.map(({ days }) => days)).toEqual([30, 60, 90]);
    expect(report.weekOverWeek?.change).toBeGreaterThan(0);
    // Half a unit per day: from 87.5 the rest takes 25 days.
    expect((report.runOut!.middle! - report.to) / DAY).toBeCloseTo(25, -1);
    expect(report).toMatchObject({ leak: null, nextDay: null, stepSeconds: 3600 });
    expect(report.to - report.from).toBe(95 * DAY);
  });

  it('finds a leak with an uptime series that started earlier and is longer', () => {
    const uptimeAt = (h: number) => 3600 * (h % 120);
    const leaking = hourly(20, (h) => 30 + ((h + 24) % 120) / 10 + noise(h) / 10);
    const uptime = { ...hourly(22, uptimeAt), start: leaking.start - DAY };
    expect(reportTrends(leaking, { uptime }).leak).toMatchObject({ leaking: true });
    // A day apart, the restarts no longer match the drops.
    const apart = reportTrends(leaking, { uptime: { ...uptime, start: leaking.start } }).leak;
    expect(apart?.givenBack).not.toBeCloseTo(reportTrends(leaking, { uptime }).leak!.givenBack!, 1);
  });

  it("forecasts the next day's total if values add up", () => {
    const orders = hourly(60, (h) => 100 + 20 * Math.sin((2 * Math.PI * h) / 24) + noise(h));
    const { nextDay } = reportTrends(orders, { totals: true });
    expect(nextDay!.p50).toBeCloseTo(2400, -2);
    expect(nextDay!.p10).toBeLessThanOrEqual(nextDay!.p50);
    expect(nextDay!.p90).toBeGreaterThanOrEqual(nextDay!.p50);
  });

  it('reports little for an hour', () => {
    const report = reportTrends(
      hourly(1, (h) => h),
      { totals: true, capacity: 5 },
    );
    expect(report).toMatchObject({ trends: [], weekOverWeek: null, runOut: null, seasonalEvents: [] });
    expect(
      reportTrends(
        seriesOf(3, (i) => i),
        { totals: true },
      ).nextDay,
    ).toBeNull();
  });

  it('matches the schema of the API; dates beyond the year 9999 are never', () => {
    const flat = hourly(40, (h) => 50 + h * 1e-9);
    for (const report of [reportTrends(growing, { capacity: 100 }), reportTrends(flat, { capacity: 1e9 })]) {
      const shown = { target: 't', metric: 'm', ...presentTrends(report) };
      expect(Trends.strict().safeParse(shown).error).toBeUndefined();
    }
    expect(presentTrends(reportTrends(flat, { capacity: 1e9 })).runOut).toMatchObject({ middle: null });
  });
});
