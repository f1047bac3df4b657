import type { CandidateScore } from './backtest.ts';
import type { EngineSettings } from './settings.ts';

/** Loss below which candidates count as equally perfect, in units of the series' scale. */
const NEGLIGIBLE_LOSS = 1e-6;

/** Loss of a block, smoothed with its neighbours: mean of log losses with weights `sharing` ^ distance. */
const steadyLoss = (loss: Float64Array, block: number, sharing: number): number => {
  let total = 0;
  let weights = 0;
  for (let b = 0; b < loss.length; b++) {
    if (Number.isNaN(loss[b])) continue;
    const weight = sharing ** Math.abs(b - block);
    total += weight * Math.log(loss[b]! + NEGLIGIBLE_LOSS);
    weights += weight;
  }
  return weights > 0 ? total / weights : 0;
};

/**
 * Weights of all candidates in one block: (best / own) ^ exponent, pruned, summing to one (inverse-loss weights, Bates
 * & Granger 1969, sharpened).
 */
export const blockWeights = (
  scores: readonly CandidateScore[],
  block: number,
  settings: EngineSettings,
): Float64Array => {
  const logLoss = Float64Array.from(scores, (score) => steadyLoss(score.loss, block, settings.blockSharing));
  let best = Number.POSITIVE_INFINITY;
  for (const value of logLoss) best = Math.min(best, value);
  let total = 0;
  const weights = logLoss.map((value) => {
    const weight = Math.exp(settings.weightExponent * (best - value));
    const kept = weight >= settings.pruneBelow ? weight : 0;
    total += kept;
    return kept;
  });
  return weights.map((weight) => weight / total);
};
