import type { Target } from '../../metrics/targets/target.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BatchBudget } from './batch-budget.ts';
import { HISTORY_SECONDS } from './prepare-series.ts';

type TargetToPlan = Pick<Target, 'targetId' | 'metrics' | 'pointsPerHour'>;

/** Factor by which the budget grows at each attempt while there are too many batches. */
const STRETCH = 1.25;

/**
 * Splits targets into batches of about equal estimated time, in the given order. Every target is in exactly one batch; no
 * batch is empty. A batch exceeds the budget only if it holds a single target, or if the workflow could not list that many
 * batches: then all of them are longer.
 */
export const planBatches = (targets: readonly TargetToPlan[], budget: BatchBudget): string[][] => {
  for (let stretch = 1; ; stretch *= STRETCH) {
    const batches = cut(targets, budget, stretch);
    if (batches.length <= budget.maxBatches) return batches;
  }
};

/** Splits targets into batches within `stretch` times the budget; a target that exceeds it is a batch of its own. */
const cut = (targets: readonly TargetToPlan[], budget: BatchBudget, stretch: number): string[][] => {
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

const HISTORY_HOURS = HISTORY_SECONDS / HOUR_SECONDS;

/** Estimated seconds to forecast one target. */
export const estimateSeconds = (
  target: Omit<TargetToPlan, 'targetId'>,
  { secondsPerSeries, secondsPerTarget, secondsPerPoint }: BatchBudget,
): number =>
  secondsPerTarget +
  secondsPerSeries * seriesOf(target) +
  secondsPerPoint * HISTORY_HOURS * (target.pointsPerHour ?? 0);

const seriesOf = ({ metrics }: Pick<Target, 'metrics'>): number => Object.keys(metrics).length;
