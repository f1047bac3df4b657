/** Where forecasts, predicted breaches and runs are kept. */

import type { Profile } from '../metrics/targets/target.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { BreachRisk, Severity } from './breach/breach-risk.ts';
import type { ResolvedThreshold } from './breach/threshold.ts';
import type { Forecast } from './engine/forecast.ts';

/**
 * One metric's forecast with its threshold and what follows from both. Both are null while the history is too short:
 * less than a day where the threshold is learned from it, less than an hour where it is fixed.
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

export interface ForecastStore {
  /** The newest run wins: an older run never overwrites a newer one. */
  put(forecast: TargetForecast, expiresAt: number): Promise<void>;
  get(tenantId: string, targetId: string): Promise<TargetForecast | undefined>;
}

/** A predicted breach as listed by risk. */
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
  /** The most extreme p90 (p10 when breaching below) within the horizon. */
  readonly expectedPeak: number;
}

export interface BreachFilter {
  readonly minProbability?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly targetId?: string | undefined;
}

export interface BreachStore {
  /** Makes the target's stored breaches exactly these, removing those that are no longer predicted. */
  replace(
    tenantId: string,
    targetId: string,
    breaches: readonly PredictedBreach[],
    expiresAt: number,
  ): Promise<void>;
  /** Highest risk first. */
  list(tenantId: string, filter: BreachFilter, page: PageRequest): Promise<Page<PredictedBreach>>;
}

export const RUN_STATUSES = ['RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export interface SeriesFailure {
  readonly targetId: string;
  readonly metric: string | undefined;
  readonly reason: string;
}

/** Counts of one batch, or of a whole run. */
export interface RunCounts {
  readonly targets: number;
  readonly series: number;
  readonly forecasts: number;
  readonly breaches: number;
  readonly failed: number;
}

export interface BatchResult extends RunCounts {
  readonly index: number;
  /** The first failures; `failed` counts all. */
  readonly failures: readonly SeriesFailure[];
}

export interface ForecastRun extends RunCounts {
  readonly tenantId: string;
  readonly runId: string;
  readonly status: RunStatus;
  readonly trigger: 'schedule' | 'api';
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  readonly failures: readonly SeriesFailure[];
  /** Why the whole run failed, where it did. */
  readonly error: string | undefined;
}

export interface RunStore {
  /**
   * Ties a caller's idempotency key to a run and returns the run it stands for: `runId`, or that of an earlier claim
   * that has not expired. `expiresAt` is in epoch seconds.
   */
  claim(tenantId: string, key: string, runId: string, expiresAt: number): Promise<string>;
  /** Creates the run; a repeat with the same id leaves the first as it is. */
  begin(run: ForecastRun): Promise<void>;
  finish(run: ForecastRun): Promise<void>;
  get(tenantId: string, runId: string): Promise<ForecastRun | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<ForecastRun>>;
}

/** Working files of a run: what each batch holds, what came of it, and the forecasts kept for scoring. */
export interface RunFiles {
  writeBatch(tenantId: string, runId: string, index: number, targetIds: readonly string[]): Promise<string>;
  readBatch(key: string): Promise<readonly string[]>;
  writeResult(tenantId: string, runId: string, result: BatchResult): Promise<void>;
  readResults(tenantId: string, runId: string): Promise<readonly BatchResult[]>;
  archiveForecasts(
    tenantId: string,
    runId: string,
    index: number,
    issuedAt: number,
    forecasts: readonly TargetForecast[],
  ): Promise<string>;
}
