import { IndexSorter } from '../../shared/maths/index-sorter.ts';
import type { BacktestPlan, BlockTests } from './backtest-plan.ts';
import type { Candidate, DistributionCandidate, PointCandidate } from './candidates/candidate.ts';
import { weightedQuantiles } from './quantiles/error-quantiles.ts';
import { POOL_LEVELS, SCORED } from './quantiles/pool-levels.ts';
import { type RankScores, valueOfScore } from './quantiles/rank-scores.ts';
import type { SeriesView } from './series/series-view.ts';

/** Backtest result of one candidate. */
export interface CandidateScore {
  readonly name: string;
  /** Mean pinball loss per block over the published levels, in units of the view; NaN for untested blocks. */
  readonly loss: Float64Array;
  /** Point candidates: error quantiles, block-major, one per pool level. */
  readonly errorQuantiles: Float64Array | null;
}

const LEVELS = POOL_LEVELS.length;

/** Buffers shared by the candidates of one series. */
interface Workspace {
  readonly predictions: Float64Array;
  readonly errors: Float64Array;
  readonly sorter: IndexSorter;
}

const SCORED_COUNT = SCORED.to - SCORED.from;

const pinball = (error: number, level: number): number => (error > 0 ? level * error : (level - 1) * error);

/**
 * Weighted mean loss of one block for a candidate on the scale of the series. With sorted errors, the pinball loss of
 * level t at quantile q is t (S - q W) - (S(q) - q W(q)), where S and W are the weighted sum and the weight of all
 * errors and of those up to q: one pass for all levels.
 */
const errorLoss = (
  errors: Float64Array,
  weights: Float64Array,
  order: Int32Array,
  count: number,
  quantiles: Float64Array,
  offset: number,
): number => {
  let [sum, weight] = [0, 0];
  for (let i = 0; i < count; i++) {
    sum += weights[i]! * errors[i]!;
    weight += weights[i]!;
  }
  let [sumBelow, weightBelow, loss, i] = [0, 0, 0, 0];
  for (let l = SCORED.from; l < SCORED.to; l++) {
    const quantile = quantiles[offset + l]!;
    for (; i < count && errors[order[i]!]! <= quantile; i++) {
      sumBelow += weights[order[i]!]! * errors[order[i]!]!;
      weightBelow += weights[order[i]!]!;
    }
    loss += POOL_LEVELS[l]! * (sum - quantile * weight) - (sumBelow - quantile * weightBelow);
  }
  return Math.max(0, loss) / weight / SCORED_COUNT;
};

/** Weighted mean loss of one block for a candidate on normal scores, whose quantiles are first converted to values. */
const scoreScaleLoss = (
  view: SeriesView,
  tests: BlockTests,
  predictions: Float64Array,
  { table }: RankScores,
  quantiles: Float64Array,
  offset: number,
): number => {
  let [loss, total] = [0, 0];
  for (let i = 0; i < tests.step.length; i++) {
    const predicted = predictions[tests.prediction[i]!]!;
    const actual = view.y[tests.step[i]!]!;
    let own = 0;
    for (let l = SCORED.from; l < SCORED.to; l++) {
      own += pinball(actual - valueOfScore(table, predicted + quantiles[offset + l]!), POOL_LEVELS[l]!);
    }
    loss += own * tests.weight[i]!;
    total += tests.weight[i]!;
  }
  return loss / total / SCORED_COUNT;
};

const scorePoint = (
  view: SeriesView,
  plan: BacktestPlan,
  candidate: PointCandidate,
  { predictions, errors, sorter }: Workspace,
): CandidateScore => {
  const target = candidate.scale?.scores ?? view.y;
  const loss = new Float64Array(plan.blocks.length).fill(Number.NaN);
  const errorQuantiles = new Float64Array(plan.blocks.length * LEVELS);
  plan.origins.forEach((origin, o) => {
    const request = { origin, leads: plan.leads, count: plan.leadCounts[o]! };
    if (request.count > 0) candidate.predict(request, predictions, o * plan.leads.length);
  });
  plan.blocks.forEach((tests, b) => {
    const count = tests.step.length;
    if (count === 0) return;
    for (let i = 0; i < count; i++) errors[i] = target[tests.step[i]!]! - predictions[tests.prediction[i]!]!;
    const at = b * LEVELS;
    const order = sorter.sort(errors, count);
    weightedQuantiles(errors, tests.weight, order, count, POOL_LEVELS, errorQuantiles, at);
    loss[b] = candidate.scale
      ? scoreScaleLoss(view, tests, predictions, candidate.scale, errorQuantiles, at)
      : errorLoss(errors, tests.weight, order, count, errorQuantiles, at);
  });
  return { name: candidate.name, loss, errorQuantiles };
};

const distributionLoss = (
  view: SeriesView,
  tests: BlockTests,
  leads: number,
  predictions: Float64Array,
): number => {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < tests.step.length; i++) {
    const place = tests.prediction[i]!;
    const o = Math.floor(place / leads);
    const at = o * leads * LEVELS + (place - o * leads);
    const actual = view.y[tests.step[i]!]!;
    let own = 0;
    for (let l = SCORED.from; l < SCORED.to; l++) {
      own += pinball(actual - predictions[at + l * leads]!, POOL_LEVELS[l]!);
    }
    loss += own * tests.weight[i]!;
    total += tests.weight[i]!;
  }
  return loss / total / SCORED_COUNT;
};

const scoreDistribution = (
  view: SeriesView,
  plan: BacktestPlan,
  candidate: DistributionCandidate,
  { predictions }: Workspace,
): CandidateScore => {
  plan.origins.forEach((origin, o) => {
    const request = { origin, leads: plan.leads, count: plan.leadCounts[o]! };
    if (request.count > 0) candidate.predict(request, predictions, o * plan.leads.length * LEVELS);
  });
  const loss = Float64Array.from(plan.blocks, (tests) =>
    tests.step.length === 0 ? Number.NaN : distributionLoss(view, tests, plan.leads.length, predictions),
  );
  return { name: candidate.name, loss, errorQuantiles: null };
};

/** Scores every candidate by its mean pinball loss per horizon block. */
export const scoreCandidates = (
  view: SeriesView,
  plan: BacktestPlan,
  candidates: readonly Candidate[],
): CandidateScore[] => {
  const cells = plan.origins.length * plan.leads.length;
  const workspace: Workspace = {
    predictions: new Float64Array(cells * LEVELS),
    errors: new Float64Array(cells),
    sorter: new IndexSorter(),
  };
  return candidates.map((candidate) =>
    candidate.kind === 'point'
      ? scorePoint(view, plan, candidate, workspace)
      : scoreDistribution(view, plan, candidate, workspace),
  );
};
