/** Forecasts of candidate and champion that were compared with the same values. */
import * as z from 'zod';

/** Losses of both for one series at one time; of an equal candidate, the two are as likely to be swapped. */
export interface ScoredPair {
  readonly candidateLoss: number;
  readonly championLoss: number;
  readonly isCandidateCovered: boolean;
  readonly isChampionCovered: boolean;
}

/**
 * All pairs whose values became known in the same interval. They may depend on each other in any way: one storm moves
 * all servers.
 */
export const ScoredBlock = z.strictObject({
  /** End of the interval, epoch seconds. */
  at: z.number().int().nonnegative(),
  forecasts: z.number().int().positive(),
  /** Sum of the differences, each from -1 (candidate without loss) to 1 (champion without loss). */
  differences: z.number(),
  /** Sum of their squares. */
  squares: z.number().nonnegative(),
  candidateLoss: z.number().nonnegative(),
  championLoss: z.number().nonnegative(),
  candidateCovered: z.number().int().nonnegative(),
  championCovered: z.number().int().nonnegative(),
});
export type ScoredBlock = z.infer<typeof ScoredBlock>;

/** Difference relative to the sum, so that series of any scale count alike. */
const differenceOf = ({ candidateLoss, championLoss }: ScoredPair): number => {
  const both = candidateLoss + championLoss;
  return both === 0 ? 0 : (candidateLoss - championLoss) / both;
};

/** Losses are finite and not negative. */
export const scoredBlock = (at: number, pairs: readonly ScoredPair[]): ScoredBlock => {
  const block = {
    at,
    forecasts: pairs.length,
    differences: 0,
    squares: 0,
    candidateLoss: 0,
    championLoss: 0,
  };
  let [candidateCovered, championCovered] = [0, 0];
  for (const pair of pairs) {
    const difference = differenceOf(pair);
    block.differences += difference;
    block.squares += difference * difference;
    block.candidateLoss += pair.candidateLoss;
    block.championLoss += pair.championLoss;
    if (pair.isCandidateCovered) candidateCovered++;
    if (pair.isChampionCovered) championCovered++;
  }
  return { ...block, candidateCovered, championCovered };
};
