import type { MetricForecast, TargetForecast } from '../../forecasts/target-forecast.ts';
import type { Block, BlockPoints } from '../../metrics/blocks/block.ts';
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

/** What feeding needs to know besides the points. */
export interface ReplayContext {
  readonly owner: Owner;
  readonly settings: Settings;
  /** What is known of metrics; those unknown count as gauges. */
  readonly metrics: Readonly<Record<string, TargetMetric>>;
  readonly forecast: TargetForecast | undefined;
  /** How many metrics of the target are tracked: decides how closely each is. */
  readonly tracked: number;
}

/** Outer quantiles of a forecast for one moment; undefined outside its steps. Timestamp in epoch seconds. */
export const bandAt = ({ forecast }: MetricForecast, timestamp: number): ForecastBand | undefined => {
  const step = Math.floor((timestamp - forecast.start) / forecast.stepSeconds + 0.5);
  const lower = forecast.quantiles[0]?.[step];
  const upper = forecast.quantiles.at(-1)?.[step];
  return lower === undefined || upper === undefined ? undefined : { lower, upper };
};

const seriesOf = (
  watch: TargetDetectors,
  metric: string,
  context: ReplayContext,
): TrackedSeries | undefined => {
  const known = watch.series.get(metric);
  if (known !== undefined || watch.series.size >= MAX_METRICS) return known;
  const { settings, owner, metrics, tracked } = context;
  const variant = variantFor(settings, owner, metric, tracked);
  if (variant === undefined) return undefined;
  const kind = Object.hasOwn(metrics, metric) ? metrics[metric]?.kind : undefined;
  const series = new TrackedSeries(metric, variant, kind ?? 'gauge');
  watch.series.set(metric, series);
  return series;
};

/** What one hour brought, as the metrics that are combined were seen. */
type Seen = Map<string, ObservedPoint[]>;

const feedSeries = (
  series: TrackedSeries,
  hour: number,
  points: BlockPoints,
  context: ReplayContext,
): { readonly followed: DetectionOutcome; readonly seen: ObservedPoint[] } => {
  const alerts: Alert[] = [];
  const ended: EndedEpisode[] = [];
  const seen: ObservedPoint[] = [];
  const { metric } = series;
  series.hours.add(hour);
  const threshold = anomalyThresholdOf(context.settings, { ...context.owner, metric });
  // A delta is summed over each forecast step, so a single one cannot be held against it.
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
    if (observed.alert !== undefined) alerts.push(observed.alert);
    if (observed.ended !== undefined) ended.push(observed.ended);
  });
  return { followed: { alerts, ended }, seen };
};

/** Shows an hour to the metrics that are looked at together, then chooses anew which these are. */
const feedCombination = (
  watch: TargetDetectors,
  hour: number,
  block: Block,
  seen: Seen,
  { settings, owner }: ReplayContext,
): DetectionOutcome => {
  const start = hour * HOUR_SECONDS;
  const thresholdOf = (metric: string) => anomalyThresholdOf(settings, { ...owner, metric });
  const followed = watch.combination?.next(start, seen, thresholdOf) ?? NO_OUTCOME;
  const known = watch.combination?.combined;
  const planned = planCombination(known, watch.series, start + HOUR_SECONDS, block);
  if (planned === known) return followed;
  const over = watch.combination?.episode;
  watch.combination = planned && new TrackedCombination(planned);
  // Nobody looks at the old combination any more, so it is not known to be unusual either.
  return over?.isOpen === true ? { ...followed, ended: [...followed.ended, over.current] } : followed;
};

/** Shows the points of one hour to a target's detectors. Hours must come in order. */
export const replayHour = (
  watch: TargetDetectors,
  hour: number,
  block: Block,
  context: ReplayContext,
): DetectionOutcome => {
  const all: Seen = new Map();
  const ofSeries = [...block].flatMap(([metric, points]) => {
    const series = seriesOf(watch, metric, context);
    if (series === undefined) return [];
    const { followed, seen } = feedSeries(series, hour, points, context);
    all.set(metric, seen);
    return [followed];
  });
  return mergeOutcomes([...ofSeries, feedCombination(watch, hour, block, all, context)]);
};
