import type { CandidateScore } from './backtest.ts';
import type { EngineSettings } from './settings.ts';

/** Loss under which candidates count as equally perfect, in units of the series' scale. */
const NEGLIGIBLE_LOSS = 1e-6;

/** Weights of all candidates in one block: (best / own) ^ exponent, pruned, summing to one. */
export const blockWeights = (
  scores: readonly CandidateScore[],
  block: number,
  settings: EngineSettings,
): Float64Array => {
  const loss = Float64Array.from(scores, (score) => score.loss[block]! + NEGLIGIBLE_LOSS);
  let best = Number.POSITIVE_INFINITY;
  for (const value of loss) best = Math.min(best, value);
  let total = 0;
  const weights = loss.map((value) => {
    const weight = (best / value) ** settings.weightExponent;
    const kept = weight >= settings.pruneBelow ? weight : 0;
    total += kept;
    return kept;
  });
  return weights.map((weight) => weight / total);
};
