import type { ForecastBand } from '../detection/forecast-residual.ts';
import type { MetricForecast, TargetForecast } from '../ports/forecast-storage.ts';
import { anomalyThresholdOf } from '../settings/apply-settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { Block, BlockPoints } from '../storage/block.ts';
import type { TargetMetric } from '../targets/target.ts';
import { type Alert, SeriesWatch } from './series-watch.ts';
import type { TargetWatch } from './target-watch.ts';
import { MOST_METRICS, type Owner, variantFor } from './watch-plan.ts';

const HOUR_SECONDS = 3600;

/** What feeding needs to know besides the points. */
export interface FeedContext {
  readonly owner: Owner;
  readonly settings: Settings;
  /** What is known of metrics; those unknown count as gauges. */
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  readonly forecast: TargetForecast | undefined;
  /** How many metrics of the target are watched: decides how closely each is. */
  readonly watched: number;
}

/** Outer quantiles of a forecast for one moment; undefined outside its steps. Timestamp in epoch seconds. */
export const bandAt = ({ forecast }: MetricForecast, timestamp: number): ForecastBand | undefined => {
  const step = Math.floor((timestamp - forecast.start) / forecast.stepSeconds + 0.5);
  const lower = forecast.quantiles[0]?.[step];
  const upper = forecast.quantiles.at(-1)?.[step];
  return lower === undefined || upper === undefined ? undefined : { lower, upper };
};

const seriesOf = (watch: TargetWatch, metric: string, context: FeedContext): SeriesWatch | undefined => {
  const known = watch.series.get(metric);
  if (known !== undefined || watch.series.size >= MOST_METRICS) return known;
  const { settings, owner, metrics, watched } = context;
  const variant = variantFor(settings, owner, metric, watched);
  if (variant === undefined) return undefined;
  const kind = Object.hasOwn(metrics, metric) ? metrics[metric]?.kind : undefined;
  const series = new SeriesWatch(metric, variant, kind ?? 'gauge');
  watch.series.set(metric, series);
  return series;
};

const feedSeries = (
  series: SeriesWatch,
  hour: number,
  points: BlockPoints,
  context: FeedContext,
): Alert[] => {
  const alerts: Alert[] = [];
  const { metric } = series;
  series.hours.add(hour);
  const threshold = anomalyThresholdOf(context.settings, { ...context.owner, metric });
  // A delta is summed over each forecast step, so a single one cannot be held against it.
  const ahead =
    series.kind === 'delta' ? undefined : context.forecast?.metrics.find((one) => one.metric === metric);
  points.offsets.forEach((offset, i) => {
    const timestamp = hour * HOUR_SECONDS + offset;
    const forecast = ahead && bandAt(ahead, timestamp);
    const alert = series.next(timestamp, points.values[i]!, {
      ...(forecast === undefined ? {} : { forecast }),
      ...(threshold === undefined ? {} : { threshold }),
    });
    if (alert !== undefined) alerts.push(alert);
  });
  return alerts;
};

/** Shows the points of one hour to a target's detectors. Hours must come in order. Returns what raised an alert. */
export const feedHour = (watch: TargetWatch, hour: number, block: Block, context: FeedContext): Alert[] =>
  [...block].flatMap(([metric, points]) => {
    const series = seriesOf(watch, metric, context);
    return series === undefined ? [] : feedSeries(series, hour, points, context);
  });
