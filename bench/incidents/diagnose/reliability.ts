import { mean } from '../../../core/shared/maths/averages.ts';
import type { CaseResult } from './score-cases.ts';

/** One bin of the reliability table: stated confidence and observed accuracy. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

/** Reliability of stated confidences (Guo et al. 2017, section 2). */
export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: mean gap between confidence and accuracy, weighted by cases. */
  readonly calibrationError: number;
  /** Mean squared difference between confidence and outcome. */
  readonly brier: number;
}

const EDGES = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.000001];

const isRight = ({ rank }: CaseResult): number => (rank === 1 ? 1 : 0);

/** Groups first answers by stated confidence. Empty bins are omitted. */
export const reliability = (results: readonly CaseResult[]): Reliability => {
  const bins = EDGES.slice(1).flatMap((to, i): ReliabilityBin[] => {
    const from = EDGES[i]!;
    const inside = results.filter(({ confidence }) => confidence >= from && confidence < to);
    if (inside.length === 0) return [];
    const meanConfidence = mean(inside.map(({ confidence }) => confidence));
    return [
      {
        from,
        to: Math.min(1, to),
        cases: inside.length,
        meanConfidence,
        accuracy: mean(inside.map(isRight)),
      },
    ];
  });
  const gaps = bins.map((bin) => bin.cases * Math.abs(bin.meanConfidence - bin.accuracy));
  return {
    bins,
    calibrationError: gaps.reduce((sum, gap) => sum + gap, 0) / results.length,
    brier: mean(results.map((result) => (result.confidence - isRight(result)) ** 2)),
  };
};

const OVERCONFIDENT = 0.8;

/** Wrong first answers with a confidence of 0.8 or more, most confident first. */
export const overconfidentErrors = (results: readonly CaseResult[]): CaseResult[] =>
  results
    .filter(({ rank, confidence }) => rank !== 1 && confidence >= OVERCONFIDENT)
    .sort((a, b) => b.confidence - a.confidence);
