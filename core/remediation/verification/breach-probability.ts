/** How likely a breach was without the action, and is with it. */
import { median } from '../../shared/maths/averages.ts';
import type { Comparison } from './expectation.ts';
import type { HarmPath } from './harm-scale.ts';
import { likeliestBeyond, stepAt } from './path-quantiles.ts';

export interface BreachProbabilities {
  readonly without: number;
  /** From now on, given what was observed. */
  readonly with: number;
  /** Share of the fresh points beyond the limit. */
  readonly beyond: number;
}

/**
 * Probability of a breach from step `from` on if the path is shifted: the calibrated probability of the forecast falls by
 * the same share as that of the likeliest step, and if that rises, what is missing to certainty does. Never falls as the
 * shift grows.
 */
const shifted = (path: HarmPath, from: number, limit: number, shift: number): number => {
  const likeliest = likeliestBeyond(path, from, limit, shift);
  if (path.breachProbability === null) return likeliest;
  const asIssued = likeliestBeyond(path, 0, limit, 0);
  const calibrated = path.breachProbability;
  if (likeliest === asIssued) return calibrated;
  return likeliest < asIssued
    ? calibrated * (likeliest / asIssued)
    : 1 - (1 - calibrated) * ((1 - likeliest) / (1 - asIssued));
};

const byForecast = (
  path: HarmPath,
  { after }: Comparison,
  limit: number,
  downShift: number,
): Omit<BreachProbabilities, 'beyond'> => {
  const observed = median(after.map(({ harm, expected }) => harm - expected));
  return {
    without: shifted(path, 0, limit, downShift),
    with: shifted(path, stepAt(path, after.at(-1)!.at) ?? 0, limit, observed),
  };
};

/** Share of the values beyond the limit, as if half a value more were on each side: never 0 or 1. */
const smoothedShare = (values: readonly number[], limit: number): number =>
  (values.filter((value) => value >= limit).length + 0.5) / (values.length + 1);

const byBefore = (
  { before, after }: Comparison,
  limit: number,
  downShift: number,
): Omit<BreachProbabilities, 'beyond'> => ({
  without: smoothedShare(
    before.map(({ harm }) => harm + downShift),
    limit,
  ),
  with: smoothedShare(
    after.map(({ harm }) => harm),
    limit,
  ),
});

/**
 * `downShift` (at most 0) is how much the expectation fell for reasons other than the action: it lowers the probability
 * without the action.
 */
export const breachProbabilities = (
  comparison: Comparison,
  limit: number,
  downShift: number,
): BreachProbabilities => {
  const { path, after } = comparison;
  const both =
    path === null ? byBefore(comparison, limit, downShift) : byForecast(path, comparison, limit, downShift);
  return { ...both, beyond: after.filter(({ harm }) => harm >= limit).length / after.length };
};
