import type { CandidateScore } from './backtest.ts';
import type { BacktestPlan } from './backtest-plan.ts';
import { blockWeights } from './member-weights.ts';
import type { EngineSettings } from './settings.ts';

/** One member: its weight and its errors in each horizon block. */
export interface ModelMember {
  readonly name: string;
  readonly weights: readonly number[];
  /** Point candidates: error quantiles, block-major, one per pool level, in the units of `scale`; else null. */
  readonly errorQuantiles: ArrayLike<number> | null;
}

/** The model of a series, learned from a backtest: the members with their weights and errors. */
export interface EnsembleModel {
  /** Last lead of each block; the last one is the horizon. */
  readonly blockEnds: readonly number[];
  /** For each block, the block whose tests apply: itself, or the last one that the history could test. */
  readonly testedBlocks: readonly number[];
  readonly longestTestedLead: number;
  /** Scale of the series at learning time: the unit of the errors. */
  readonly scale: number;
  readonly members: readonly ModelMember[];
}

const testedBlocks = (plan: BacktestPlan): number[] => {
  let tested = 0;
  return plan.blocks.map(({ step }, block) => {
    if (step.length > 0) tested = block;
    return tested;
  });
};

/** Selects and weights the members by their backtest scores. */
export const buildModel = (
  scores: readonly CandidateScore[],
  plan: BacktestPlan,
  scale: number,
  settings: EngineSettings,
): EnsembleModel => {
  const weights = Array.from(plan.blockEnds, (_, block) => blockWeights(scores, block, settings));
  const members = scores.map(({ name, errorQuantiles }, c) => ({
    name,
    weights: weights.map((block) => block[c]!),
    errorQuantiles,
  }));
  return {
    blockEnds: [...plan.blockEnds],
    testedBlocks: testedBlocks(plan),
    longestTestedLead: plan.leads.at(-1)!,
    scale,
    members: members.filter((member) => member.weights.some((weight) => weight > 0)),
  };
};
