import type { MetricForecast, TargetForecast } from '../../forecasts/target-forecast.ts';
import type { Block, BlockPoints } from '../../metrics/blocks/block.ts';
import { describeMeaning } from '../../metrics/meaning/describe-meaning.ts';
import { type MetricReading, readMetric } from '../../metrics/targets/read-metric.ts';
import type { TargetMetric } from '../../metrics/targets/target.ts';
import { anomalyThresholdOf } from '../../platform/settings/apply-settings.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { Alert } from '../announcing/alert.ts';
import type { Owner } from '../anomaly.ts';
import type { EndedEpisode } from '../engine/episode.ts';
import type { ForecastBand } from '../engine/forecast-residual.ts';
import { planCombination } from './combined-metrics.ts';
import { type DetectionOutcome, mergeOutcomes, NO_OUTCOME } from './detection-outcome.ts';
import type { ObservedPoint } from './observed-point.ts';
import type { TargetDetectors } from './target-detectors.ts';
import { TrackedCombination } from './tracked-combination.ts';
import { TrackedSeries } from './tracked-series.ts';
import { MAX_METRICS, variantFor } from './tracking-plan.ts';

/** Information for a replay besides the points. */
export interface ReplayContext {
  readonly owner: Owner;
  readonly settings: Settings;
  /** Known metrics; unknown ones are treated as gauges. */
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  readonly forecast: TargetForecast | undefined;
  /** Number of tracked metrics of the target, which decides between full and light detectors. */
  readonly tracked: number;
}

/** Outer quantiles of a forecast for one moment; undefined outside its steps. Timestamp in epoch seconds. */
export const bandAt = ({ forecast }: MetricForecast, timestamp: number): ForecastBand | undefined => {
  const step = Math.floor((timestamp - forecast.start) / forecast.stepSeconds + 0.5);
  const lower = forecast.quantiles[0]?.[step];
  const upper = forecast.quantiles.at(-1)?.[step];
  return lower === undefined || upper === undefined ? undefined : { lower, upper };
};

const readingOf = (metric: string, { owner, metrics, settings }: ReplayContext): MetricReading =>
  readMetric({ targetId: owner.targetId, metrics }, metric, settings);

const seriesOf = (
  detectors: TargetDetectors,
  metric: string,
  context: ReplayContext,
): TrackedSeries | undefined => {
  const known = detectors.series.get(metric);
  if (known !== undefined || detectors.series.size >= MAX_METRICS) return known;
  const { settings, owner, tracked } = context;
  const variant = variantFor(settings, owner, metric, tracked);
  if (variant === undefined) return undefined;
  const series = new TrackedSeries(metric, variant, readingOf(metric, context).kind);
  detectors.series.set(metric, series);
  return series;
};

/** Adds to the reason how the metric was read. */
const withReading = (alert: Alert, context: ReplayContext): Alert => {
  const { metric, reason } = alert;
  return { ...alert, reason: `${reason}; ${describeMeaning(readingOf(metric, context).meaning)}` };
};

/** Points of one hour by metric, as the detectors saw them. */
type Seen = Map<string, ObservedPoint[]>;

const replaySeries = (
  series: TrackedSeries,
  hour: number,
  points: BlockPoints,
  context: ReplayContext,
): { readonly outcome: DetectionOutcome; readonly seen: ObservedPoint[] } => {
  const alerts: Alert[] = [];
  const ended: EndedEpisode[] = [];
  const seen: ObservedPoint[] = [];
  const { metric } = series;
  series.hours.add(hour);
  const threshold = anomalyThresholdOf(context.settings, { ...context.owner, metric });
  // Forecasts of deltas are sums over each step, so single points cannot be compared with them.
  const ahead =
    series.kind === 'delta' ? undefined : context.forecast?.metrics.find((one) => one.metric === metric);
  points.offsets.forEach((offset, i) => {
    const timestamp = hour * HOUR_SECONDS + offset;
    const forecast = ahead && bandAt(ahead, timestamp);
    const observed = series.next(timestamp, points.values[i]!, {
      ...(forecast === undefined ? {} : { forecast }),
      ...(threshold === undefined ? {} : { threshold }),
    });
    if (observed === undefined) return;
    seen.push(observed.seen);
    if (observed.alert !== undefined) alerts.push(withReading(observed.alert, context));
    if (observed.ended !== undefined) ended.push(observed.ended);
  });
  return { outcome: { alerts, ended }, seen };
};

/** Replays an hour on the combination, then plans the combination for the next hour. */
const replayCombination = (
  detectors: TargetDetectors,
  hour: number,
  block: Block,
  seen: Seen,
  { settings, owner }: ReplayContext,
): DetectionOutcome => {
  const start = hour * HOUR_SECONDS;
  const thresholdOf = (metric: string) => anomalyThresholdOf(settings, { ...owner, metric });
  const outcome = detectors.combination?.next(start, seen, thresholdOf) ?? NO_OUTCOME;
  const known = detectors.combination?.combined;
  const planned = planCombination(known, detectors.series, start + HOUR_SECONDS, block);
  if (planned === known) return outcome;
  const over = detectors.combination?.episode;
  detectors.combination = planned && new TrackedCombination(planned);
  // The old combination is no longer tracked, so its episode ends.
  return over?.isOpen === true ? { ...outcome, ended: [...outcome.ended, over.current] } : outcome;
};

/** Replays the points of one hour on the detectors of a target. Hours must come in order. */
export const replayHour = (
  detectors: TargetDetectors,
  hour: number,
  block: Block,
  context: ReplayContext,
): DetectionOutcome => {
  const all: Seen = new Map();
  const ofSeries = [...block].flatMap(([metric, points]) => {
    const series = seriesOf(detectors, metric, context);
    if (series === undefined) return [];
    const { outcome, seen } = replaySeries(series, hour, points, context);
    all.set(metric, seen);
    return [outcome];
  });
  return mergeOutcomes([...ofSeries, replayCombination(detectors, hour, block, all, context)]);
};
