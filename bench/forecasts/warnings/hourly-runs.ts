import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { resolveThreshold } from '../../../core/forecasts/breach/resolve-threshold.ts';
import type { BreachRisk } from '../../../core/forecasts/breach-risk.ts';
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { ForecastState } from '../../../core/forecasts/engine/forecast-state.ts';
import type { ResolvedThreshold } from '../../../core/forecasts/resolved-threshold.ts';
import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { boundsOf, thresholdOf } from '../../../core/metrics/targets/profiles.ts';
import type { Profile } from '../../../core/metrics/targets/target.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';

const HORIZON_SECONDS = 8 * HOUR_SECONDS;
const HISTORY_SECONDS = 14 * DAY_SECONDS;

/** One metric of a target, over weeks. */
export interface WatchedSeries {
  readonly target: string;
  readonly profile: Profile;
  readonly metric: string;
  readonly unit: string | undefined;
  readonly series: RegularSeries;
}

/** The risk that a run found, and what followed. */
export interface HourlyRun {
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly breach: BreachRisk;
  readonly threshold: ResolvedThreshold;
  /** Steps to the first value beyond the threshold within the horizon, from 1; 0 if none came. */
  readonly stepsToBreach: number;
}

/** Steps of the history and of the horizon. */
const lengthsOf = ({ stepSeconds }: RegularSeries) => ({
  past: HISTORY_SECONDS / stepSeconds,
  ahead: HORIZON_SECONDS / stepSeconds,
  hour: HOUR_SECONDS / stepSeconds,
});

/** First and last step at which a forecast has its whole history, and its whole horizon is known. */
export const runSteps = (series: RegularSeries): { readonly first: number; readonly last: number } => {
  const { past, ahead } = lengthsOf(series);
  return { first: past, last: series.values.length - ahead };
};

/**
 * Forecasts one metric every hour from step `from` as the deployed runs do: two weeks of history, the threshold of the
 * profile, and the state that the run before it learned. Runs without a threshold or a value are missing.
 */
export const hourlyRuns = (
  { profile, metric, unit, series }: WatchedSeries,
  from: number,
  count: number,
): HourlyRun[] => {
  const { past, ahead, hour } = lengthsOf(series);
  let state: ForecastState | null = null;
  return Array.from({ length: count }, (_, i) => from + i * hour).flatMap((now) => {
    const { start, stepSeconds } = series;
    const values = series.values.slice(now - past, now);
    const history = { start: start + (now - past) * stepSeconds, stepSeconds, values };
    const observed = values.filter(Number.isFinite);
    const largest = observed.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
    const wanted = thresholdOf(profile, metric, unit, largest);
    if (wanted === undefined || observed.length === 0) return [];
    const bounds = boundsOf(metric, unit, largest);
    const made = forecastWithState({ history, horizon: ahead, ...(bounds && { bounds }) }, state);
    state = made.state;
    const threshold = resolveThreshold(wanted, history);
    const future = series.values.subarray(now, now + ahead);
    return {
      issuedAt: (start + now * stepSeconds) * 1000,
      breach: assessBreach(made.forecast, threshold, history),
      threshold,
      stepsToBreach: future.findIndex((value) => isBeyond(value, threshold)) + 1,
    };
  });
};
