/** How the versions of a model did over some days. */
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';
import { type LossTrend, lossTrend } from './loss-trend.ts';
import { type PerformanceFigures, performanceFigures } from './performance-figures.ts';
import { type PerformanceRow, performanceBy } from './performance-rows.ts';
import type { ScoredDay, ScoredRow } from './scored-day.ts';

export interface MetricPerformance extends PerformanceFigures {
  readonly metric: string;
}

export interface DayPerformance extends PerformanceFigures {
  /** On which the forecasts were issued (`2026-11-30`). */
  readonly day: string;
}

export interface VersionPerformance {
  readonly model: string;
  /** Of all metrics together: without the weighted quantile loss, in which the largest metric would drown the others. */
  readonly total: PerformanceFigures;
  /** Most forecasts first. */
  readonly metrics: readonly MetricPerformance[];
  /** Oldest first. */
  readonly days: readonly DayPerformance[];
  /** Of the typical loss from day to day. */
  readonly trend: LossTrend;
}

export interface PerformanceQuery {
  /** A version, such as `ensemble-1.1.0`, or a kind of model, `ensemble`: all its versions. */
  readonly modelId: string;
  readonly metric?: string | undefined;
  readonly profile?: string | undefined;
}

const isOf = (model: string, modelId: string): boolean =>
  model === modelId || model.replace(/-\d+\.\d+\.\d+$/, '') === modelId;

/** Versions in the order in which they were first scored. `days` are in their order. */
export const reportPerformance = (
  days: readonly ScoredDay[],
  { modelId, metric, profile }: PerformanceQuery,
): VersionPerformance[] => {
  const isAsked = (row: ScoredRow): boolean =>
    isOf(row.model, modelId) &&
    (metric === undefined || row.metric === metric) &&
    (profile === undefined || row.profile === profile);
  const rows = days.flatMap(({ day, rows: all }) => all.filter(isAsked).map((row) => ({ ...row, day })));
  return [...Map.groupBy(rows, ({ model }) => model)].map(([model, own]) => versionOf(model, own));
};

const versionOf = (model: string, rows: readonly PerformanceRow[]): VersionPerformance => {
  const [total] = performanceBy(rows, []).map(({ sums }) => acrossMetrics(performanceFigures(sums)));
  const days = performanceBy(rows, ['day']).map(({ day, sums }) => ({
    ...acrossMetrics(performanceFigures(sums)),
    day,
  }));
  const metrics = performanceBy(rows, ['metric'])
    .map(({ metric, sums }) => ({ ...performanceFigures(sums), metric }))
    .sort((a, b) => b.all.forecasts - a.all.forecasts || (a.metric < b.metric ? -1 : 1));
  return { model, total: total!, metrics, days, trend: lossTrend(dailyLosses(days)) };
};

const acrossMetrics = ({ all, byAge, breaches }: PerformanceFigures): PerformanceFigures => ({
  all: { ...all, weightedQuantileLoss: null },
  byAge: byAge.map((one) => ({ ...one, weightedQuantileLoss: null })),
  breaches,
});

/** Typical losses from the first to the last day; NaN for days without forecasts. */
const dailyLosses = (days: readonly DayPerformance[]): number[] => {
  const losses = new Map(days.map(({ day, all }) => [day, all.typicalLoss]));
  return datesBetween(days[0]!.day, days.at(-1)!.day).map((day) => losses.get(day) ?? Number.NaN);
};

/** All UTC days from the first to the last. */
export const datesBetween = (first: string, last: string): string[] => {
  const dates: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 1000 * DAY_SECONDS) dates.push(isoDate(at));
  return dates;
};
