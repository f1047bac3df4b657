/** Limits for splitting targets into batches. Times are estimates for a batch function at its configured memory. */
export interface BatchBudget {
  /** Estimated seconds of one batch, well inside the function's time limit because estimates err. */
  readonly secondsPerBatch: number;
  /** Seconds to forecast one series (14 days of 5-minute steps) from scratch, the slowest case. */
  readonly secondsPerSeries: number;
  /** Estimated seconds per target for reading its history and writing its results. */
  readonly secondsPerTarget: number;
  /** Estimated seconds to read one stored point: what dense targets take. */
  readonly secondsPerPoint: number;
  /** Bounds the memory of a batch: the forecasts and states of all its series are held until they are archived. */
  readonly maxSeries: number;
  /** Bounds the workflow's history and state; a larger fleet gets longer batches. */
  readonly maxBatches: number;
}

/**
 * Budget of the batch function as deployed. `secondsPerSeries` is the 12.5 ms of CPU that `forestall bench throughput`
 * measured on 2026-11-21, doubled for a Lambda vCPU.
 * Reading the 6 million points of two weeks of a target with five metrics every second took 3 s (ADR 20), doubled likewise.
 */
export const DEFAULT_BUDGET: BatchBudget = {
  secondsPerBatch: 60,
  secondsPerSeries: 0.025,
  secondsPerTarget: 0.05,
  secondsPerPoint: 1e-6,
  maxSeries: 3000,
  maxBatches: 800,
};
