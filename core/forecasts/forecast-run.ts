export const RUN_STATUSES = ['RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED'] as const;
/** `PARTIAL`: some batches were lost or ran out of time; `FAILED`: all were lost, or the workflow itself failed. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A series without a forecast; `metric` is undefined if the whole target has none. */
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
  /** Targets, of those that failed, which the batch had no time for: their earlier forecasts stand. */
  readonly deferred: number;
  /** The first failures; `failed` counts all of them. */
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
  /** Why batches were lost, or why the workflow failed. */
  readonly error: string | undefined;
}
