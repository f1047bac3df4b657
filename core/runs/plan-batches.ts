import type { Target } from '../targets/target.ts';

/** How targets are cut into batches. Times are estimates for one batch function at its configured memory. */
export interface BatchBudget {
  /** Estimated seconds one batch may take; well inside the function's time limit, since estimates err. */
  readonly secondsPerBatch: number;
  /** Estimated seconds to forecast one series (14 days of 5-minute steps). */
  readonly secondsPerSeries: number;
  /** Estimated seconds per target for reading its history and writing its results. */
  readonly secondsPerTarget: number;
  /** Bounds the memory that a batch's archived forecasts take. */
  readonly maxTargets: number;
  /** Bounds the workflow's history and state; more work than fits makes the batches longer. */
  readonly maxBatches: number;
}

export const DEFAULT_BUDGET: BatchBudget = {
  secondsPerBatch: 60,
  secondsPerSeries: 0.25,
  secondsPerTarget: 0.05,
  maxTargets: 100,
  maxBatches: 800,
};

/** Estimated seconds that one target's forecasts take. */
export const estimateSeconds = (
  target: Pick<Target, 'metrics'>,
  { secondsPerSeries, secondsPerTarget }: BatchBudget,
): number => secondsPerTarget + secondsPerSeries * Object.keys(target.metrics).length;

/**
 * Cuts targets into batches of about equal estimated time, in the order given, each within the budget unless a single
 * target exceeds it. Every target is in exactly one batch; no batch is empty.
 */
export const planBatches = (
  targets: readonly Pick<Target, 'targetId' | 'metrics'>[],
  budget: BatchBudget = DEFAULT_BUDGET,
): string[][] => {
  const seconds = targets.map((target) => estimateSeconds(target, budget));
  const total = seconds.reduce((sum, s) => sum + s, 0);
  const perBatch = Math.max(budget.secondsPerBatch, (4 * total) / budget.maxBatches);
  const perCount = Math.max(budget.maxTargets, Math.ceil((4 * targets.length) / budget.maxBatches));
  const batches: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  targets.forEach((target, i) => {
    const current = batches.at(-1);
    if (current && used + seconds[i]! <= perBatch && current.length < perCount) {
      current.push(target.targetId);
      used += seconds[i]!;
    } else {
      batches.push([target.targetId]);
      used = seconds[i]!;
    }
  });
  return batches;
};
