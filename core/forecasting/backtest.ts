import type { BacktestPlan } from './backtest-plan.ts';
import type { CandidateFamily } from './candidate-family.ts';
import type { DistributionCandidate, PointCandidate } from './candidates/candidate.ts';
import { ErrorSample } from './error-distribution.ts';
import type { SeriesView } from './series-view.ts';

/** What the backtest learned about one candidate. */
export interface CandidateScore {
  readonly name: string;
  /** Mean pinball loss per block. */
  readonly loss: Float64Array;
  /** Point candidates: error quantiles per block at the scoring levels, then at the output levels. */
  readonly errorQuantiles: readonly Float64Array[] | null;
}

const usableLeads = (plan: BacktestPlan, origin: number, n: number): number => {
  let count = 0;
  while (count < plan.leads.length && origin + plan.leads[count]! - 1 < n) count++;
  return count;
};

const scorePoint = (
  view: SeriesView,
  plan: BacktestPlan,
  candidate: PointCandidate,
  levels: readonly number[],
  outputLevels: readonly number[],
): CandidateScore => {
  const blocks = plan.blockEnds.length;
  const capacity = plan.origins.length * plan.leads.length;
  const samples = Array.from({ length: blocks }, () => new ErrorSample(capacity));
  const out = new Float64Array(plan.leads.length);
  plan.origins.forEach((origin, o) => {
    const count = usableLeads(plan, origin, view.n);
    if (count === 0) return;
    candidate.predict(view, origin, plan.leads, count, out, 0);
    for (let j = 0; j < count; j++) {
      const actual = view.y[origin + plan.leads[j]! - 1]!;
      samples[plan.leadBlock[j]!]!.add(actual - out[j]!, plan.originWeights[o]!);
    }
  });
  const loss = new Float64Array(blocks);
  const errorQuantiles = samples.map((sample, b) => {
    const scored = sample.quantiles(levels);
    loss[b] = sample.pinball(scored, levels);
    return sample.quantiles(outputLevels);
  });
  return { name: candidate.name, loss, errorQuantiles };
};

const scoreDistribution = (
  view: SeriesView,
  plan: BacktestPlan,
  candidate: DistributionCandidate,
  levels: readonly number[],
): CandidateScore => {
  const blocks = plan.blockEnds.length;
  const stride = plan.leads.length;
  const out = new Float64Array(stride * levels.length);
  const loss = new Float64Array(blocks);
  const total = new Float64Array(blocks);
  plan.origins.forEach((origin, o) => {
    const count = usableLeads(plan, origin, view.n);
    if (count === 0) return;
    candidate.predict(view, origin, plan.leads, count, levels, out, stride);
    for (let j = 0; j < count; j++) {
      const actual = view.y[origin + plan.leads[j]! - 1]!;
      let own = 0;
      for (let l = 0; l < levels.length; l++) {
        const over = actual - out[l * stride + j]!;
        own += over > 0 ? levels[l]! * over : (levels[l]! - 1) * over;
      }
      const block = plan.leadBlock[j]!;
      loss[block] = loss[block]! + (own / levels.length) * plan.originWeights[o]!;
      total[block] = total[block]! + plan.originWeights[o]!;
    }
  });
  for (let b = 0; b < blocks; b++) loss[b] = total[b]! > 0 ? loss[b]! / total[b]! : 0;
  return { name: candidate.name, loss, errorQuantiles: null };
};

/** Scores every candidate by its pinball loss at the plan's origins and leads. */
export const scoreFamily = (
  view: SeriesView,
  plan: BacktestPlan,
  family: CandidateFamily,
  levels: readonly number[],
  outputLevels: readonly number[],
): { points: CandidateScore[]; distributions: CandidateScore[] } => ({
  points: family.points.map((candidate) => scorePoint(view, plan, candidate, levels, outputLevels)),
  distributions: family.distributions.map((candidate) => scoreDistribution(view, plan, candidate, levels)),
});
