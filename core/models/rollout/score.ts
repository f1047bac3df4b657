import type { StepScore } from '../rollout.ts';
import type { ScoredBlock } from '../scored-block.ts';

export const NO_SCORE: StepScore = {
  ...{ blocks: 0, forecasts: 0, candidateLoss: 0, championLoss: 0, candidateCovered: 0, championCovered: 0 },
};

export const addBlock = (score: StepScore, block: ScoredBlock): StepScore => ({
  blocks: score.blocks + 1,
  forecasts: score.forecasts + block.forecasts,
  candidateLoss: score.candidateLoss + block.candidateLoss,
  championLoss: score.championLoss + block.championLoss,
  candidateCovered: score.candidateCovered + block.candidateCovered,
  championCovered: score.championCovered + block.championCovered,
});
