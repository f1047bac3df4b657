import { DEFAULT_BUDGET } from '../../../core/forecasts/runs/batch-budget.ts';
import { SERIES_PER_TARGET } from './simulated-blocks.ts';

/** Size of the throughput bench. */
export interface BenchSize {
  readonly servers: number;
  readonly rounds: number;
  /** Targets of the batch whose peak memory is measured. */
  readonly memoryTargets: number;
  /** Targets divided among the threads. */
  readonly threadTargets: number;
  readonly requests: number;
  /** Tasks on which resumed forecasts are scored. */
  readonly tasks: number;
}

export const FULL_SIZE: BenchSize = {
  servers: 20,
  rounds: 5,
  // The largest batch that the planner creates.
  memoryTargets: Math.floor(DEFAULT_BUDGET.maxSeries / SERIES_PER_TARGET),
  threadTargets: 40,
  requests: 2000,
  tasks: Number.POSITIVE_INFINITY,
};

export const QUICK_SIZE: BenchSize = {
  servers: 2,
  rounds: 1,
  memoryTargets: 2,
  threadTargets: 2,
  requests: 20,
  tasks: 10,
};
