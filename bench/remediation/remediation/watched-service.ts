import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import { nextWarning, type WarnedRun } from '../../../core/forecasts/breach/standing-warning.ts';
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../core/forecasts/engine/forecast.ts';
import type { ForecastState } from '../../../core/forecasts/engine/forecast-state.ts';
import type { ResolvedThreshold } from '../../../core/forecasts/resolved-threshold.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';

const PAST = (14 * DAY_SECONDS) / STEP_SECONDS;
const HORIZON = (8 * HOUR_SECONDS) / STEP_SECONDS;

/** What a run of the forecasts says about a service. */
export interface ServiceRun extends WarnedRun {
  readonly forecast: Forecast;
}

/** A service with its measurements, forecast every hour as the deployed runs do. */
export class WatchedService {
  readonly service: ManagedService;
  readonly values: number[] = [];
  #start = 0;
  #state: ForecastState | null = null;
  run: ServiceRun | undefined;

  constructor(service: ManagedService) {
    this.service = service;
  }

  /** Measures once; returns the value. */
  measure(): number {
    const { at, value } = this.service.step();
    if (this.values.length === 0) this.#start = at;
    this.values.push(value);
    return value;
  }

  /** Points since `from`, epoch seconds. */
  pointsSince(from: number): readonly { readonly at: number; readonly value: number }[] {
    const first = Math.max(0, Math.ceil((from - this.#start) / STEP_SECONDS));
    return this.values
      .slice(first)
      .map((value, i) => ({ at: this.#start + (first + i) * STEP_SECONDS, value }));
  }

  /** Forecasts, and lets the warning stand or end. */
  forecast(now: number): ServiceRun {
    const first = Math.max(0, this.values.length - PAST);
    const values = Float64Array.from(this.values.slice(first));
    const history = { start: this.#start + first * STEP_SECONDS, stepSeconds: STEP_SECONDS, values };
    const bounds = { lower: 0, upper: 100 };
    const { forecast, state } = forecastWithState({ history, horizon: HORIZON, bounds }, this.#state);
    this.#state = state;
    const threshold: ResolvedThreshold = { direction: 'above', limit: this.service.limit, source: 'fixed' };
    const breach = assessBreach(forecast, threshold, history);
    const assessed = { issuedAt: now * 1000, breach, threshold };
    this.run = { ...assessed, forecast, warning: nextWarning(this.run, assessed) };
    return this.run;
  }
}
