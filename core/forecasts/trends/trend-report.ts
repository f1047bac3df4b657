import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { forecast } from '../engine/ensemble.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { forecastDailyTotals } from './business-forecast.ts';
import {
  type CapacityRunOut,
  capacityRunOut,
  exhaustionWithinForecast,
  forecastRunOut,
  type TimeToExhaustion,
} from './exhaustion.ts';
import { type Trend, trends, type WeekOverWeek, weekOverWeek } from './growth.ts';
import { detectLeak, type LeakFinding } from './leak.ts';
import { outagesBelow } from './outages.ts';
import { forecastReliability, type ReliabilityForecast } from './reliability-forecast.ts';
import { type SeasonalEvent, seasonalEvents } from './seasonal-events.ts';

export interface TrendOptions {
  /** Value at which the series runs out; predicts the run-out date. */
  readonly capacity?: number;
  /** Uptime of the same process, with the same step; looks for a leak. */
  readonly uptime?: RegularSeries;
  /** For availability: value below which the service is down; forecasts failures and downtime. */
  readonly downBelow?: number;
  /** For series that add up (orders, calls, revenue): forecasts the total of the next day. */
  readonly totals?: boolean;
}

/** Long-term trends of a series. Parts for which the history is too short are null or empty. */
export interface TrendReport {
  /** Epoch seconds of the first value and of the end of the last step. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  readonly trends: readonly Trend[];
  readonly weekOverWeek: WeekOverWeek | null;
  readonly runOut: CapacityRunOut | null;
  /** Seconds until the forecast of the next day reaches the capacity. */
  readonly exhaustion: TimeToExhaustion | null;
  readonly reliability: {
    readonly outages: number;
    /** Probabilities within the next 1, 7 and 30 days. */
    readonly within: readonly (ReliabilityForecast & { readonly days: number })[];
  } | null;
  readonly leak: LeakFinding | null;
  readonly seasonalEvents: readonly SeasonalEvent[];
  /** Total of the day after the end of the series. */
  readonly nextDay: { readonly p10: number; readonly p50: number; readonly p90: number } | null;
}

/** Days of history for the run-out date. */
const RUN_OUT_DAYS = 30;

/** The values of a series on the grid of another one with the same step; NaN if missing. */
const onGridOf = (grid: RegularSeries, series: RegularSeries): RegularSeries => {
  const values = new Float64Array(grid.values.length).fill(Number.NaN);
  const shift = Math.round((series.start - grid.start) / grid.stepSeconds);
  for (let i = 0; i < values.length; i++) values[i] = series.values[i - shift] ?? Number.NaN;
  return { ...grid, values };
};

const tomorrow = (series: RegularSeries): TrendReport['nextDay'] => {
  if (series.values.length * series.stepSeconds < DAY_SECONDS) return null;
  const { quantiles } = forecastDailyTotals(series, { quantileLevels: [0.1, 0.5, 0.9] });
  const [p10, p50, p90] = quantiles.map((row) => row[0]!);
  return { p10: p10!, p50: p50!, p90: p90! };
};

type CapacityReport = Pick<TrendReport, 'runOut' | 'exhaustion'>;

/** When the capacity is reached: by the forecast of the next day if it says so, else by the trend over days. */
const capacityReport = (series: RegularSeries, capacity: number): CapacityReport => {
  const horizon = Math.max(1, Math.round(DAY_SECONDS / series.stepSeconds));
  const last = series.values.findLast(Number.isFinite) ?? Number.NaN;
  const limit: ResolvedThreshold = {
    direction: last <= capacity ? 'above' : 'below',
    limit: capacity,
    source: 'fixed',
  };
  const made = forecast({ history: series, horizon });
  const exhaustion = exhaustionWithinForecast(made, limit);
  const soon = forecastRunOut(made, capacity, exhaustion);
  return { exhaustion, runOut: soon ?? capacityRunOut(series, capacity, RUN_OUT_DAYS) };
};

const reliabilityOf = (series: RegularSeries, downBelow: number): TrendReport['reliability'] => {
  const outages = outagesBelow(series, downBelow);
  const observed = { from: series.start, to: series.start + series.values.length * series.stepSeconds };
  const within = [1, 7, 30].map((days) => ({
    days,
    ...forecastReliability(outages, observed, days * DAY_SECONDS),
  }));
  return { outages: outages.length, within };
};

/** Reports trends, week over week, run-out date, leak, recurring days and the next day's total of one series. */
export const reportTrends = (
  series: RegularSeries,
  { capacity, uptime, downBelow, totals = false }: TrendOptions = {},
): TrendReport => ({
  from: series.start,
  to: series.start + series.values.length * series.stepSeconds,
  stepSeconds: series.stepSeconds,
  trends: trends(series),
  weekOverWeek: weekOverWeek(series),
  ...(capacity === undefined ? { runOut: null, exhaustion: null } : capacityReport(series, capacity)),
  reliability: downBelow === undefined ? null : reliabilityOf(series, downBelow),
  leak: uptime === undefined ? null : detectLeak(series, onGridOf(series, uptime)),
  seasonalEvents: seasonalEvents(series),
  nextDay: totals ? tomorrow(series) : null,
});
