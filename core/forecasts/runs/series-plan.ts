import type { History } from '../../metrics/blocks/block-history.ts';
import { describeMeaning } from '../../metrics/meaning/describe-meaning.ts';
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { thresholdOf } from '../../metrics/targets/profiles.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Target } from '../../metrics/targets/target.ts';
import { breachThresholdOf } from '../../platform/settings/apply-settings.ts';
import { NO_SETTINGS, type Settings } from '../../platform/settings/settings.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { ClockMove } from '../../shared/time-zone.ts';
import { assessBreach } from '../breach/assess-breach.ts';
import { resolveThreshold } from '../breach/resolve-threshold.ts';
import { riskScore } from '../breach/risk-score.ts';
import { scaleOf } from '../codec/quantile-tracks.ts';
import type { Forecast } from '../engine/forecast.ts';
import type { BackendRequest } from '../ports.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import { largestOf, seriesBounds } from '../series-bounds.ts';
import type { MetricForecast, PredictedBreach } from '../target-forecast.ts';
import type { InterventionTimes } from './known-interventions.ts';
import { forecastFrom, prepareSeries } from './prepare-series.ts';

/** One series of a target, ready to be forecast. */
export interface SeriesPlan {
  readonly target: Target;
  readonly metric: string;
  readonly unit: string | undefined;
  readonly request: BackendRequest;
  /** Leading steps of the forecast that lie before now. */
  readonly elapsed: number;
}

/** What the plans of all series of a run have in common; `issuedAt` is in epoch milliseconds. */
interface PlanTask {
  readonly issuedAt: number;
  readonly settings?: Settings;
  readonly clockMoves?: readonly ClockMove[];
  readonly interventions?: InterventionTimes;
}

/** @throws InvalidInputError if the history has no usable or no recent value */
export const planSeries = (
  target: Target,
  metric: string,
  points: History,
  { issuedAt, settings = NO_SETTINGS, clockMoves = [], interventions }: PlanTask,
): SeriesPlan => {
  const { kind, unit, own } = readMetric(target, metric, settings);
  const { history, horizon, elapsed } = prepareSeries(points, kind, issuedAt / 1000);
  const bounds = seriesBounds(metric, unit, history.values, own);
  const itemId = `${target.targetId}/${metric}`;
  const times = interventions?.get(target.targetId) ?? [];
  const known = {
    ...(bounds && { bounds }),
    ...(clockMoves.length > 0 && { clockMoves }),
    ...(times.length > 0 && { interventions: times }),
  };
  return { target, metric, unit, elapsed, request: { itemId, history, horizon, ...known } };
};

/** The most extreme outer quantile on the threshold's side: the maximum of the top level, or the minimum of the bottom. */
const expectedPeak = ({ quantiles }: Forecast, { direction }: ResolvedThreshold): number => {
  const row = quantiles.at(direction === 'above' ? -1 : 0) ?? new Float64Array();
  return row.reduce((peak, value) => (direction === 'above' ? Math.max(peak, value) : Math.min(peak, value)));
};

/**
 * Seconds of values needed to judge a breach. The next value would cross a limit learned from a few values, and the wide
 * band of a series that is minutes old reaches every limit.
 */
const MIN_SECONDS = { historical: DAY_SECONDS, fixed: HOUR_SECONDS } as const;

const isLongEnough = ({ values, stepSeconds }: RegularSeries, minSeconds: number): boolean => {
  let observed = 0;
  for (const value of values) if (Number.isFinite(value)) observed++;
  return observed * stepSeconds >= minSeconds;
};

export interface SeriesAssessment {
  readonly forecast: MetricForecast;
  readonly breach: PredictedBreach | undefined;
  /** True for the used share of something whose load is divided among servers. */
  readonly isDivided: boolean;
}

/**
 * Assesses a forecast against the tenant's threshold, or else that of the target's profile. Times to impact count from the
 * first step that is not yet past.
 * @throws InvalidInputError for a forecast that cannot be stored
 */
export const assessSeries = (
  { target, metric, unit, request, elapsed }: SeriesPlan,
  made: Forecast,
  { runId, issuedAt, settings = NO_SETTINGS }: { runId: string; issuedAt: number; settings?: Settings },
): SeriesAssessment => {
  // Checked here, so that a forecast that cannot be stored fails this series and not its whole target.
  scaleOf(made);
  const { tenantId, targetId, profile } = target;
  const { history } = request;
  const ahead = forecastFrom(made, elapsed);
  const { own, meaning } = readMetric(target, metric, settings);
  const reading = describeMeaning(meaning);
  const isDivided = meaning.aspect === 'cpu' && meaning.measures === 'used';
  const forecast = { ...made, reason: `${made.reason}; ${reading}` };
  const wanted =
    breachThresholdOf(settings, { targetId, metric }) ??
    thresholdOf(profile, metric, unit, largestOf(history.values), own);
  if (wanted === undefined || !isLongEnough(history, MIN_SECONDS[wanted.kind])) {
    return { forecast: { metric, forecast, threshold: null, breach: null }, breach: undefined, isDivided };
  }
  const threshold = resolveThreshold(wanted, history);
  const breach = assessBreach(ahead, threshold, history);
  return {
    ...{ forecast: { metric, forecast, threshold, breach }, isDivided },
    breach: {
      ...{ tenantId, targetId, metric, profile, runId, issuedAt, threshold, breach },
      risk: riskScore(breach),
      expectedPeak: expectedPeak(ahead, threshold),
      warning: null,
      explanation: null,
    },
  };
};
