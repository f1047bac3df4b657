/** How the versions of a model did over some days. */
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';
import { type LossTrend, lossTrend } from './loss-trend.ts';
import { type PerformanceFigures, performanceFigures } from './performance-figures.ts';
import { performanceBy, type SumsBy } from './performance-rows.ts';
import type { ScoredDay } from './scored-day.ts';

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

/** What a report adds up day by day, so that few days are in memory at once. */
export interface PerformanceSums {
  readonly byMetric: readonly SumsBy<'model' | 'metric'>[];
  readonly byDay: readonly SumsBy<'model' | 'day'>[];
}

export const NO_PERFORMANCE: PerformanceSums = { byMetric: [], byDay: [] };

/** The sums with those of one more day, as far as they are asked for. */
export const addPerformance = (
  { byMetric, byDay }: PerformanceSums,
  { day, rows }: ScoredDay,
  { modelId, metric, profile }: PerformanceQuery,
): PerformanceSums => {
  const asked = rows
    .filter((row) => isOf(row.model, modelId))
    .filter((row) => metric === undefined || row.metric === metric)
    .filter((row) => profile === undefined || row.profile === profile)
    .map((row) => ({ ...row, day }));
  return {
    byMetric: performanceBy([...byMetric, ...asked], ['model', 'metric']),
    byDay: [...byDay, ...performanceBy(asked, ['model', 'day'])],
  };
};

/** Versions in the order in which they were first scored. Days are in the order in which they were added. */
export const reportPerformance = ({ byMetric, byDay }: PerformanceSums): VersionPerformance[] => {
  const metrics = Map.groupBy(byMetric, ({ model }) => model);
  return [...Map.groupBy(byDay, ({ model }) => model)].map(([model, days]) =>
    versionOf(model, metrics.get(model) ?? [], days),
  );
};

const versionOf = (
  model: string,
  byMetric: PerformanceSums['byMetric'],
  byDay: PerformanceSums['byDay'],
): VersionPerformance => {
  const [total] = performanceBy(byDay, []).map(({ sums }) => acrossMetrics(performanceFigures(sums)));
  const days = byDay.map(({ day, sums }) => ({ ...acrossMetrics(performanceFigures(sums)), day }));
  const metrics = byMetric
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
