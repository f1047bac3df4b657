/** Ranks causes by any metrics, for incidents whose targets report neither latency nor failures. */

import { type Deviation, describeDeviation, deviationScore } from './deviations.ts';

/** A target with its score, in [0, 1], and evidence. */
export interface DeviatingTarget {
  readonly node: string;
  readonly score: number;
  readonly evidence: readonly string[];
}

/**
 * Ranks targets by when and how far one of their metrics left its usual range (5th to 95th percentile of the day
 * before): the earliest and strongest first, because a cause precedes its effects. Metrics without a signal in the
 * incident count half. This is correlation in time only; the direction in which harm travels is unknown.
 */
export const rankFirstToDeviate = (
  deviations: ReadonlyMap<string, readonly Deviation[]>,
  stepSeconds: number,
): DeviatingTarget[] => {
  const strongest = [...deviations.values()].flatMap(([first]) => first ?? []);
  const firstOnset = strongest.reduce((min, { onset }) => Math.min(min, onset), Number.POSITIVE_INFINITY);
  return strongest
    .map((deviation) => ({
      node: deviation.targetId,
      score: deviationScore(deviation, firstOnset),
      evidence: [describeDeviation(deviation), describeDelay(deviation.onset - firstOnset, stepSeconds)],
    }))
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1));
};

const describeDelay = (rows: number, stepSeconds: number): string =>
  rows === 0
    ? 'no other target deviated earlier'
    : `it deviated ${Math.round((rows * stepSeconds) / 60)} min after the first target`;
