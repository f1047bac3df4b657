import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { nextWarning, type WarnedRun } from '../../../core/forecasts/breach/standing-warning.ts';
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../core/forecasts/engine/forecast.ts';
import type { ForecastState } from '../../../core/forecasts/engine/forecast-state.ts';
import type { ResolvedThreshold } from '../../../core/forecasts/resolved-threshold.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';

const HORIZON = (8 * HOUR_SECONDS) / STEP_SECONDS;

/** What a run of the forecasts says about a service. */
export interface ServiceRun extends WarnedRun {
  readonly forecast: Forecast;
  readonly state: ForecastState | null;
}

/** The run of an hour, from that of the hour before. `now` is epoch seconds. */
export const forecastService = (
  history: RegularSeries,
  limit: number,
  before: ServiceRun | undefined,
  now: number,
  interventions: readonly number[] = [],
): ServiceRun => {
  const bounds = { lower: 0, upper: 100 };
  const { forecast, state } = forecastWithState(
    { history, horizon: HORIZON, bounds, interventions },
    before?.state ?? null,
  );
  const threshold: ResolvedThreshold = { direction: 'above', limit, source: 'fixed' };
  const breach = assessBreach(forecast, threshold, history);
  const assessed = { issuedAt: now * 1000, breach, threshold };
  return { ...assessed, forecast, state, warning: nextWarning(before, assessed) };
};
