import type { Target } from '../../metrics/targets/target.ts';
import { LAMBDA_SLOWDOWN, MEASURED_FORECASTING } from '../capacity/forecasting-figures.ts';

/** How targets are cut into batches. Times are estimates for one batch function at its configured memory. */
export interface BatchBudget {
  /** Estimated seconds one batch may take; well inside the function's time limit, since estimates err. */
  readonly secondsPerBatch: number;
  /** Seconds to forecast one series (14 days of 5-minute steps) from scratch, the slowest that a run meets. */
  readonly secondsPerSeries: number;
  /** Estimated seconds per target for reading its history and writing its results. */
  readonly secondsPerTarget: number;
  /** Bounds the memory of a batch: the forecasts and states of all its series are held until they are archived. */
  readonly maxSeries: number;
  /** Bounds the workflow's history and state; more work than fits makes the batches longer. */
  readonly maxBatches: number;
}

export const DEFAULT_BUDGET: BatchBudget = {
  secondsPerBatch: 60,
  secondsPerSeries: (LAMBDA_SLOWDOWN * MEASURED_FORECASTING.cpuMsPerSeries.learned) / 1000,
  secondsPerTarget: 0.05,
  maxSeries: 3000,
  maxBatches: 800,
};

const seriesOf = ({ metrics }: Pick<Target, 'metrics'>): number => Object.keys(metrics).length;

/** Estimated seconds that one target's forecasts take. */
export const estimateSeconds = (
  target: Pick<Target, 'metrics'>,
  { secondsPerSeries, secondsPerTarget }: BatchBudget,
): number => secondsPerTarget + secondsPerSeries * seriesOf(target);

/** Cuts targets into batches within the budget, `stretch` times over; a target that alone exceeds it is a batch. */
const cut = (
  targets: readonly Pick<Target, 'targetId' | 'metrics'>[],
  budget: BatchBudget,
  stretch: number,
): string[][] => {
  const batches: string[][] = [];
  let [used, held] = [Number.POSITIVE_INFINITY, 0];
  for (const target of targets) {
    const [seconds, series] = [estimateSeconds(target, budget), seriesOf(target)];
    const current = batches.at(-1);
    const fits =
      used + seconds <= stretch * budget.secondsPerBatch && held + series <= stretch * budget.maxSeries;
    if (current && fits) {
      current.push(target.targetId);
      used += seconds;
      held += series;
    } else {
      batches.push([target.targetId]);
      [used, held] = [seconds, series];
    }
  }
  return batches;
};

/** Growth of the budget from one try to the next, where the batches would be too many. */
const STRETCH = 1.25;

/**
 * Cuts targets into batches of about equal estimated time, in the order given, each within the budget unless a single
 * target exceeds it or the workflow could not list so many batches: then all of them are longer. Every target is in
 * exactly one batch; no batch is empty.
 */
export const planBatches = (
  targets: readonly Pick<Target, 'targetId' | 'metrics'>[],
  budget: BatchBudget = DEFAULT_BUDGET,
): string[][] => {
  for (let stretch = 1; ; stretch *= STRETCH) {
    const batches = cut(targets, budget, stretch);
    if (batches.length <= budget.maxBatches) return batches;
  }
};
