import type { Candidate } from './candidates/candidate.ts';
import type { EnsembleModel, ModelMember } from './ensemble-model.ts';
import type { ForecastMember } from './forecast.ts';
import { LinearPool } from './quantiles/linear-pool.ts';
import { POOL_LEVELS } from './quantiles/pool-levels.ts';
import { valueOfScore } from './quantiles/rank-scores.ts';
import type { SeriesView } from './series/series-view.ts';

const LEVELS = POOL_LEVELS.length;
const MIDDLE = LEVELS >> 1;
/** Growth exponent of the spread beyond the longest tested lead: half that of a random walk. */
const UNTESTED_GROWTH = 0.25;

/** A member with its predictions for the horizon. */
interface ActiveMember {
  readonly candidate: Candidate;
  readonly member: ModelMember;
  readonly prediction: Float64Array;
  /** Converts the model's unit of error to that of the view. */
  readonly unit: number;
}

const predictFuture = (candidate: Candidate, origin: number, horizon: number): Float64Array => {
  const leads = Int32Array.from({ length: horizon }, (_, h) => h + 1);
  const out = new Float64Array(candidate.kind === 'point' ? horizon : horizon * LEVELS);
  candidate.predict({ origin, leads, count: horizon }, out, 0);
  return out;
};

const addPoint = (
  pool: LinearPool,
  { candidate, member, prediction, unit }: ActiveMember,
  weight: number,
  tested: number,
  h: number,
  spread: number,
): void => {
  const errors = member.errorQuantiles!;
  const table = candidate.kind === 'point' ? candidate.scale?.table : undefined;
  const centre = errors[tested * LEVELS + MIDDLE]!;
  for (let l = 0; l < LEVELS; l++) {
    const error = centre + spread * (errors[tested * LEVELS + l]! - centre);
    const value = prediction[h]! + unit * error;
    pool.add(table ? valueOfScore(table, value) : value, l, weight);
  }
};

const addDistribution = (pool: LinearPool, prediction: Float64Array, weight: number, h: number): void => {
  const horizon = prediction.length / LEVELS;
  for (let l = 0; l < LEVELS; l++) pool.add(prediction[l * horizon + h]!, l, weight);
};

const activate = (
  model: EnsembleModel,
  candidates: readonly Candidate[],
  view: SeriesView,
  horizon: number,
): ActiveMember[] =>
  model.members.flatMap((member) => {
    const candidate = candidates.find(({ name }) => name === member.name);
    if (candidate === undefined) return [];
    const onScores = candidate.kind === 'point' && candidate.scale !== undefined;
    const unit = onScores ? 1 : model.scale / view.scale;
    return [{ candidate, member, prediction: predictFuture(candidate, view.n, horizon), unit }];
  });

/**
 * Mixes the members' distributions with the weights of each block. Returns quantiles of shape levels x horizon in the
 * units of the view.
 */
export const poolMembers = (
  model: EnsembleModel,
  candidates: readonly Candidate[],
  view: SeriesView,
  levels: readonly number[],
  sharpening: number,
): Float64Array[] => {
  const horizon = model.blockEnds.at(-1)!;
  const members = activate(model, candidates, view, horizon);
  const quantiles = levels.map(() => new Float64Array(horizon));
  const pool = new LinearPool(members.length, levels, sharpening);
  model.blockEnds.forEach((end, block) => {
    const active = members.filter(({ member }) => member.weights[block]! > 0);
    for (let h = block === 0 ? 0 : model.blockEnds[block - 1]!; h < end; h++) {
      const spread = Math.max(1, (h + 1) / model.longestTestedLead) ** UNTESTED_GROWTH;
      pool.clear();
      for (const one of active) {
        const weight = one.member.weights[block]!;
        if (one.candidate.kind === 'distribution') addDistribution(pool, one.prediction, weight, h);
        else addPoint(pool, one, weight, model.testedBlocks[block]!, h, spread);
      }
      pool.writeQuantiles(quantiles, h);
    }
  });
  return quantiles;
};

/** Each member's share of the horizon, largest first. */
export const memberShares = ({ members, blockEnds }: EnsembleModel): ForecastMember[] => {
  const horizon = blockEnds.at(-1)!;
  return members
    .map(({ name, weights }) => ({
      name,
      weight: weights.reduce(
        (sum, w, b) => sum + (w * (blockEnds[b]! - (blockEnds[b - 1] ?? 0))) / horizon,
        0,
      ),
    }))
    .sort((a, b) => b.weight - a.weight);
};
