/** Rules about losses: overall, and in each segment. */

import { logOfLoss } from '../performance/error-sums.ts';
import { type ClusteredMean, clusteredMean, upperBound } from './clustered-mean.ts';
import type { ComparedWindow } from './compared-windows.ts';
import { type GateInput, type GateRule, percentText, type RuleResult } from './gate-rule.ts';

/** Mean of ln((candidate's loss + 0.01) / (champion's loss + 0.01)). */
const logRatio = (windows: readonly ComparedWindow[]): ClusteredMean =>
  clusteredMean(
    windows.map(({ champion, candidate }) => ({
      value: logOfLoss(candidate.loss) - logOfLoss(champion.loss),
      seriesId: champion.seriesId,
      window: champion.window,
    })),
  );

const comparedText = (ratio: number): string =>
  `${percentText(Math.abs(ratio - 1))} ${ratio > 1 ? 'above' : 'below'} the champion's`;

const seriesOf = (windows: readonly ComparedWindow[]): number =>
  new Set(windows.map(({ champion }) => champion.seriesId)).size;

/** The candidate forecast every window that the champion forecast. */
export const soundness: GateRule = ({ windows, failed }) => ({
  passed: failed.length === 0,
  figure: failed.length,
  threshold: 0,
  reason:
    failed.length === 0
      ? `The candidate forecast all ${windows.length} windows.`
      : `The candidate gave no usable forecast for ${failed.length} of ${windows.length + failed.length} windows, the first of ${failed[0]!.seriesId} (${failed[0]!.window}).`,
});

/** There are enough series and windows to judge. */
export const evidence: GateRule = ({ windows, settings: { minSeries, minWindows } }) => {
  const times = new Set(windows.map(({ champion }) => champion.window)).size;
  const series = seriesOf(windows);
  const passed = series >= minSeries && times >= minWindows;
  return {
    passed,
    figure: series,
    threshold: minSeries,
    reason: `${series} series at ${times} times were compared; ${passed ? 'enough to judge' : `${minSeries} series at ${minWindows} times are needed to judge`}.`,
  };
};

/** The candidate's loss is below the champion's, and chance does not explain it. */
export const loss: GateRule = ({ windows, settings: { confidence } }) => {
  const bound = Math.exp(upperBound(logRatio(windows), confidence));
  if (!Number.isFinite(bound)) return nothing(1, 'The losses cannot be compared: too few windows.');
  return {
    passed: bound < 1,
    figure: bound,
    threshold: 1,
    reason: `With a confidence of ${percentText(confidence)}, the candidate's loss is at most ${comparedText(bound)}.`,
  };
};

/** The gain is worth a new model. */
export const gain: GateRule = ({ windows, settings: { maxLossRatio } }) => {
  const ratio = Math.exp(logRatio(windows).mean);
  if (!Number.isFinite(ratio)) return nothing(maxLossRatio, 'The losses cannot be compared: no windows.');
  return {
    passed: ratio <= maxLossRatio,
    figure: ratio,
    threshold: maxLossRatio,
    reason: `The candidate's loss is ${comparedText(ratio)}; a gain of ${percentText(1 - maxLossRatio)} is needed.`,
  };
};

/** No segment pays for the gain of others. */
export const segmentParity: GateRule = ({ windows, settings }: GateInput): RuleResult => {
  const { maxSegmentRatio, maxNoisySegmentRatio, minSegmentSeries } = settings;
  const judged = [...Map.groupBy(windows, ({ champion }) => champion.segment)]
    .filter(([, own]) => seriesOf(own) >= minSegmentSeries)
    .map(([segment, own]) => {
      const { mean, error } = logRatio(own);
      // A ratio above the limit counts if it is at least a standard error above 1.
      const isClear = Number.isFinite(error) && mean > error;
      const ratio = Math.exp(mean);
      return { segment, ratio, isWorse: ratio > (isClear ? maxSegmentRatio : maxNoisySegmentRatio) };
    })
    .toSorted((a, b) => Number(b.isWorse) - Number(a.isWorse) || b.ratio - a.ratio);
  const [worst] = judged;
  if (worst === undefined)
    return {
      ...{ passed: true, figure: 1, threshold: maxSegmentRatio },
      reason: `No segment has ${minSegmentSeries} series, so that each is judged with all others only.`,
    };
  const bad = judged.filter(({ isWorse }) => isWorse).length;
  return {
    passed: bad === 0,
    figure: worst.ratio,
    threshold: maxSegmentRatio,
    reason: `The candidate's loss is ${comparedText(worst.ratio)} for ${worst.segment}, the worst of ${judged.length} segments${bad === 0 ? '' : `; it is worse for ${bad} of them`}.`,
  };
};

const nothing = (threshold: number, reason: string): RuleResult => ({
  ...{ passed: false, figure: null, threshold },
  reason,
});
