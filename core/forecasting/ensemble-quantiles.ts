import type { CandidateScore } from './backtest.ts';
import type { BacktestPlan } from './backtest-plan.ts';
import type { Candidate } from './candidates/candidate.ts';
import type { ForecastMember } from './forecast.ts';
import { LinearPool } from './linear-pool.ts';
import { blockWeights } from './member-weights.ts';
import { POOL_LEVELS } from './pool-levels.ts';
import type { EngineSettings } from './settings.ts';

const LEVELS = POOL_LEVELS.length;
/** Growth exponent of the spread beyond the longest lead that could be tested: half that of a random walk. */
const UNTESTED_GROWTH = 0.25;

/** Pooled quantiles (levels x horizon, in the view's units) and the members behind them. */
export interface EnsembleQuantiles {
  readonly quantiles: Float64Array[];
  readonly members: ForecastMember[];
}

interface Member {
  readonly candidate: Candidate;
  readonly score: CandidateScore;
  readonly prediction: Float64Array;
  readonly weights: readonly number[];
}

const predictFuture = (candidate: Candidate, origin: number, horizon: number): Float64Array => {
  const leads = Int32Array.from({ length: horizon }, (_, h) => h + 1);
  const out = new Float64Array(candidate.kind === 'point' ? horizon : horizon * LEVELS);
  candidate.predict({ origin, leads, count: horizon }, out, 0);
  return out;
};

/** Adds one member's distribution of step h to the pool. */
const addMember = (
  pool: LinearPool,
  member: Member,
  block: number,
  tested: number,
  h: number,
  spread: number,
) => {
  const { candidate, prediction, score } = member;
  const weight = member.weights[block]!;
  const horizon = candidate.kind === 'point' ? prediction.length : prediction.length / LEVELS;
  const middle = LEVELS >> 1;
  for (let l = 0; l < LEVELS; l++) {
    if (candidate.kind === 'distribution') {
      pool.add(prediction[l * horizon + h]!, l, weight);
      continue;
    }
    const errors = score.errorQuantiles!;
    const centre = errors[tested * LEVELS + middle]!;
    const value = prediction[h]! + centre + spread * (errors[tested * LEVELS + l]! - centre);
    pool.add(candidate.scale ? candidate.scale.toValue(value) : value, l, weight);
  }
};

const lastTestedBlock = (plan: BacktestPlan, block: number): number => {
  let tested = block;
  while (tested > 0 && plan.blocks[tested]!.step.length === 0) tested--;
  return tested;
};

const chooseMembers = (
  candidates: readonly Candidate[],
  scores: readonly CandidateScore[],
  plan: BacktestPlan,
  origin: number,
  settings: EngineSettings,
): Member[] => {
  const weights = Array.from(plan.blockEnds, (_, block) => blockWeights(scores, block, settings));
  const horizon = plan.blockEnds.at(-1)!;
  return candidates.flatMap((candidate, c) => {
    const own = weights.map((block) => block[c]!);
    if (own.every((weight) => weight === 0)) return [];
    return [
      { candidate, score: scores[c]!, prediction: predictFuture(candidate, origin, horizon), weights: own },
    ];
  });
};

/** Mixes the members' distributions, block by block with that block's weights. */
export const poolMembers = (
  candidates: readonly Candidate[],
  scores: readonly CandidateScore[],
  plan: BacktestPlan,
  origin: number,
  levels: readonly number[],
  settings: EngineSettings,
): EnsembleQuantiles => {
  const members = chooseMembers(candidates, scores, plan, origin, settings);
  const horizon = plan.blockEnds.at(-1)!;
  const quantiles = levels.map(() => new Float64Array(horizon));
  const pool = new LinearPool(members.length, levels, settings.poolSharpening);
  const longest = plan.leads.at(-1)!;
  plan.blockEnds.forEach((end, block) => {
    const tested = lastTestedBlock(plan, block);
    const active = members.filter((member) => member.weights[block]! > 0);
    for (let h = block === 0 ? 0 : plan.blockEnds[block - 1]!; h < end; h++) {
      const spread = Math.max(1, (h + 1) / longest) ** UNTESTED_GROWTH;
      pool.clear();
      for (const member of active) addMember(pool, member, block, tested, h, spread);
      pool.writeQuantiles(quantiles, h);
    }
  });
  return { quantiles, members: shares(members, plan.blockEnds) };
};

/** Each member's share of the horizon, largest first. */
const shares = (members: readonly Member[], blockEnds: Int32Array): ForecastMember[] => {
  const horizon = blockEnds.at(-1)!;
  return members
    .map(({ candidate, weights }) => ({
      name: candidate.name,
      weight: weights.reduce(
        (sum, w, b) => sum + (w * (blockEnds[b]! - (blockEnds[b - 1] ?? 0))) / horizon,
        0,
      ),
    }))
    .sort((a, b) => b.weight - a.weight);
};
