/**
 * Is the candidate worse than the champion? A test by betting, which may be looked at after every block (Waudby-Smith and
 * Ramdas 2024, "Estimating means of bounded random variables by betting", section 4; Ville's inequality). A player bets on
 * each block that the candidate loses more. Against a candidate that is as good, the capital is a martingale: it exceeds
 * 1 / rate at any time with a probability of at most `rate`.
 *
 * What is bet on is the self-normalised sum of the block's differences (Efron 1969), bounded by an odd function. If the
 * candidate is as good as the champion, swapping the two in all of a block is as likely, so its expectation is 0 whatever
 * the pairs of one block have in common.
 */
import type { TestState } from '../rollout.ts';
import type { ScoredBlock } from '../scored-block.ts';

/** Shares of the capital that are bet at most. The mean over all is again a fair game. */
const BETS = [0.15, 0.3, 0.5, 0.7, 0.85, 0.95] as const;

export const NO_EVIDENCE: TestState = { logCapitals: BETS.map(() => 0), peak: 0, blocks: 0 };

/** From -1 to 1, 0 for a block without any difference. */
const outcomeOf = ({ differences, squares }: Pick<ScoredBlock, 'differences' | 'squares'>): number =>
  differences === 0 ? 0 : differences / Math.hypot(differences, Math.sqrt(squares));

const logMeanExp = (logs: readonly number[]): number => {
  const largest = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - largest), 0);
  return largest + Math.log(total / logs.length);
};

/** The state after one more block. */
export const observeBlock = (
  { logCapitals, peak, blocks }: TestState,
  block: Pick<ScoredBlock, 'differences' | 'squares'>,
): TestState => {
  const outcome = outcomeOf(block);
  const next = BETS.map((bet, index) => (logCapitals[index] ?? 0) + Math.log1p(bet * outcome));
  return { logCapitals: next, peak: Math.max(peak, logMeanExp(next)), blocks: blocks + 1 };
};

/** True once the candidate was shown to be worse; wrong with a probability of at most `rate`, however often it is asked. */
export const isShownWorse = ({ peak }: TestState, rate: number): boolean => peak >= -Math.log(rate);

/** Upper bound of the probability to see such evidence of a candidate that is as good: an anytime-valid p-value. */
export const chanceOf = ({ peak }: TestState): number => Math.exp(-peak);
