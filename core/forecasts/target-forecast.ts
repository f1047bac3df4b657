import type { Profile } from '../metrics/targets/target.ts';
import { HOUR_SECONDS } from '../shared/time.ts';
import type { BreachExplanation } from './breach-explanation.ts';
import type { BreachRisk } from './breach-risk.ts';
import type { Forecast } from './engine/forecast.ts';
import type { ResolvedThreshold } from './resolved-threshold.ts';
import type { StandingWarning } from './warning.ts';

/** Horizon of forecasts, from now. */
export const HORIZON_SECONDS = 8 * HOUR_SECONDS;

/**
 * Forecast of one metric with its threshold and the risk of crossing it. Both are null if the history is too short to
 * judge: less than a day for a threshold learned from the history, less than an hour for a fixed one.
 */
export interface MetricForecast {
  readonly metric: string;
  readonly forecast: Forecast;
  readonly threshold: ResolvedThreshold | null;
  readonly breach: BreachRisk | null;
}

/** All forecasts of one target from one run. */
export interface TargetForecast {
  readonly tenantId: string;
  readonly targetId: string;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly metrics: readonly MetricForecast[];
}

/** A predicted breach, as listed by risk. */
export interface PredictedBreach {
  readonly tenantId: string;
  readonly targetId: string;
  readonly metric: string;
  readonly profile: Profile;
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly risk: number;
  readonly threshold: ResolvedThreshold;
  readonly breach: BreachRisk;
  /** The highest p90 within the horizon; for a threshold from below, the lowest p10. */
  readonly expectedPeak: number;
  /** The warning that stands, ended in this run, or may be raised by the next one. Its severity is that of `breach`. */
  readonly warning: StandingWarning | null;
  /** Why, as of the last run that announced the warning; null if none did, or it could not be explained. */
  readonly explanation: BreachExplanation | null;
}
