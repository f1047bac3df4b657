import type { History } from '../../metrics/blocks/block-history.ts';
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { boundsOf, thresholdOf } from '../../metrics/targets/profiles.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { breachThresholdOf } from '../../platform/settings/apply-settings.ts';
import { NO_SETTINGS, type Settings } from '../../platform/settings/settings.ts';
import { ForestallError } from '../../shared/errors.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { assessBreach } from '../breach/assess-breach.ts';
import { resolveThreshold } from '../breach/resolve-threshold.ts';
import type { ResolvedThreshold } from '../breach/threshold.ts';
import type { Forecast } from '../engine/forecast.ts';
import type { MetricForecast, PredictedBreach, SeriesFailure, TargetForecast } from '../ports.ts';
import { scaleOf } from '../stored/quantile-tracks.ts';
import { forecastFrom, prepareSeries } from './prepare-series.ts';
import type { SeriesForecaster } from './resume-forecasts.ts';
import { riskScore } from './risk.ts';
import { failureOf } from './sum-results.ts';

/** Breaches less likely than this are part of the forecast but neither listed nor announced. */
export const LISTED_PROBABILITY = 0.05;

/** Which run forecasts and with what. */
export interface ForecastTask {
  readonly runId: string;
  /** Epoch milliseconds: the run's time, which counts as now. */
  readonly issuedAt: number;
  readonly forecaster: SeriesForecaster;
  /** The tenant's own thresholds; those of the target's profile count where they say nothing. */
  readonly settings?: Settings;
}

/** What came of one target. A series is either in `forecast` or in `failures`. */
export interface TargetOutcome {
  readonly targetId: string;
  readonly series: number;
  readonly forecast: TargetForecast;
  readonly breaches: readonly PredictedBreach[];
  readonly failures: readonly SeriesFailure[];
  /** Errors that no rule of the domain explains: faults of this program, for its log. */
  readonly faults: readonly { readonly metric: string; readonly cause: unknown }[];
}

const largest = ({ values }: RegularSeries): number => {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > max) max = value;
  return max;
};

/** The most extreme outer quantile on the threshold's side: the highest of the top level, or the lowest of the bottom. */
const expectedPeak = ({ quantiles }: Forecast, { direction }: ResolvedThreshold): number => {
  const row = quantiles.at(direction === 'above' ? -1 : 0) ?? new Float64Array();
  return row.reduce((peak, value) => (direction === 'above' ? Math.max(peak, value) : Math.min(peak, value)));
};

interface SeriesOutcome {
  readonly forecast: MetricForecast;
  readonly breach: PredictedBreach | undefined;
}

/**
 * Seconds of values without which nothing is said of a breach. A limit learned from a few values would be crossed by
 * the next one; and the wide band of a series that is minutes old reaches every limit.
 */
const LEAST_SECONDS = { historical: DAY_SECONDS, fixed: HOUR_SECONDS } as const;

const isLongEnough = ({ values, stepSeconds }: RegularSeries, leastSeconds: number): boolean => {
  let observed = 0;
  for (const value of values) if (Number.isFinite(value)) observed++;
  return observed * stepSeconds >= leastSeconds;
};

const forecastSeries = (
  target: Target,
  metric: string,
  points: History,
  { runId, issuedAt, forecaster, settings = NO_SETTINGS }: ForecastTask,
): SeriesOutcome => {
  const { kind, unit } = target.metrics[metric] ?? { kind: 'gauge' as const };
  const { history, horizon, elapsed } = prepareSeries(points, kind, issuedAt / 1000);
  const max = largest(history);
  const bounds = boundsOf(metric, unit, max);
  const series = { targetId: target.targetId, metric };
  const forecast = forecaster({ history, horizon, ...(bounds && { bounds }) }, series);
  // A forecast that cannot be stored is found here, as the fault of this series and not of its whole target.
  scaleOf(forecast);
  const ahead = forecastFrom(forecast, elapsed);
  const own = breachThresholdOf(settings, series);
  const wanted = own ?? thresholdOf(target.profile, metric, unit, max);
  if (!isLongEnough(history, LEAST_SECONDS[wanted.kind])) {
    return { forecast: { metric, forecast, threshold: null, breach: null }, breach: undefined };
  }
  const threshold = resolveThreshold(wanted, history);
  const breach = assessBreach(ahead, threshold, history);
  const { tenantId, targetId, profile } = target;
  return {
    forecast: { metric, forecast, threshold, breach },
    breach: {
      ...{ tenantId, targetId, metric, profile, runId, issuedAt, threshold, breach },
      risk: riskScore(breach),
      expectedPeak: expectedPeak(ahead, threshold),
    },
  };
};

/**
 * Forecasts every series of a target that has a history. A series that cannot be forecast is reported with its reason
 * and never keeps the others from being forecast. Times to impact count from the first step that is not yet past.
 */
export const forecastTarget = (
  target: Target,
  histories: ReadonlyMap<string, History>,
  task: ForecastTask,
): TargetOutcome => {
  const outcomes: SeriesOutcome[] = [];
  const failures: SeriesFailure[] = [];
  const faults: { metric: string; cause: unknown }[] = [];
  for (const [metric, points] of [...histories].sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      outcomes.push(forecastSeries(target, metric, points, task));
    } catch (cause) {
      const expected = cause instanceof ForestallError;
      failures.push(failureOf(target.targetId, metric, expected ? cause.message : 'the forecaster failed'));
      if (!expected) faults.push({ metric, cause });
    }
  }
  if (histories.size === 0)
    failures.push(failureOf(target.targetId, undefined, 'no data in the last 14 days'));
  const { tenantId, targetId } = target;
  const { runId, issuedAt } = task;
  return {
    targetId,
    series: histories.size,
    forecast: { tenantId, targetId, runId, issuedAt, metrics: outcomes.map(({ forecast }) => forecast) },
    breaches: outcomes
      .map(({ breach }) => breach)
      .filter((breach) => breach !== undefined)
      .filter(({ breach }) => breach.probability >= LISTED_PROBABILITY),
    failures,
    faults,
  };
};
