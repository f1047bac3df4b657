import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { finite } from '../../shared/maths/finite.ts';
import { dayBlocks } from './day-blocks.ts';
import { type RobustSlope, robustSlope } from './robust-slope.ts';

/** Spans of the trends, in days. */
export const TREND_DAYS = [30, 60, 90] as const;

/** Trend of a series over its last days. */
export interface Trend {
  readonly days: number;
  /** Change of the daily median per day, with its 95 % interval. */
  readonly perDay: RobustSlope;
  /** Change over the span as a share of the level at its start; null if that level is zero. */
  readonly growth: number | null;
}

/** Minimum share of observed days of a span. */
const ENOUGH = 0.5;

/** Robust trend of the daily medians over the last `days`; null if less than half of them are observed. */
export const trendOver = (series: RegularSeries, days: number): Trend | null => {
  const blocks = dayBlocks(series).filter(({ age }) => age < days);
  if (blocks.length < ENOUGH * days) return null;
  const perDay = robustSlope(
    blocks.map(({ age }) => days - 1 - age),
    blocks.map(({ median }) => median),
  );
  if (perDay === null) return null;
  const growth =
    perDay.intercept === 0 ? null : finite((perDay.slope / Math.abs(perDay.intercept)) * (days - 1));
  return { days, perDay, growth };
};

/** Trends over 30, 60 and 90 days, as far as the history allows; over all of it if it is up to half shorter than that. */
export const trends = (series: RegularSeries): Trend[] => {
  const observedDays = (dayBlocks(series)[0]?.age ?? -1) + 1;
  const spans = TREND_DAYS.map((days) => (observedDays < ENOUGH * days ? 0 : Math.min(days, observedDays)));
  return [...new Set(spans)].map((days) => trendOver(series, days)).filter((trend) => trend !== null);
};

const WEEK_DAYS = 7;

/** Comparison of the last seven days with the seven before. */
export interface WeekOverWeek {
  readonly lastMean: number;
  readonly previousMean: number;
  /** (last - previous) / |previous|; null if the previous week was zero. */
  readonly change: number | null;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

/** Week-over-week change of the daily means, same weekdays on both sides; null if no weekday has both. */
export const weekOverWeek = (series: RegularSeries): WeekOverWeek | null => {
  const byAge = new Map(dayBlocks(series).map((block) => [block.age, block.mean]));
  const pairs = Array.from({ length: WEEK_DAYS }, (_, age) => [
    byAge.get(age),
    byAge.get(age + WEEK_DAYS),
  ]).filter((pair): pair is [number, number] => pair.every((value) => value !== undefined));
  if (pairs.length === 0) return null;
  const lastMean = meanOf(pairs.map(([last]) => last));
  const previousMean = meanOf(pairs.map(([, previous]) => previous));
  const change =
    previousMean === 0 ? null : finite(2 * ((lastMean / 2 - previousMean / 2) / Math.abs(previousMean)));
  return { lastMean, previousMean, change };
};
