/** Rules about warnings of breaches: neither fewer right ones nor more false ones. */

import { normalQuantile } from '../../shared/maths/normal-quantile.ts';
import type { ComparedWindow, WindowResult } from './compared-windows.ts';
import { type GateInput, type GateRule, percentText, type RuleResult } from './gate-rule.ts';

type Breach = WindowResult['breaches'][number];

/** A share: which forecasts count, and which of them count as good. */
interface Share {
  readonly name: string;
  readonly counts: (breach: Breach) => boolean;
}

const PRECISION: Share = { name: 'precision', counts: ({ warned }) => warned };
const RECALL: Share = { name: 'recall', counts: ({ crossed }) => crossed };

/** Confidence of the bound: one-sided. */
const CONFIDENCE = 0.95;

interface SeriesCounts {
  readonly good: number;
  readonly all: number;
}

const countsOf = (
  windows: readonly ComparedWindow[],
  model: keyof ComparedWindow,
  { counts }: Share,
): SeriesCounts => {
  const counted = windows.flatMap((window) => window[model].breaches.filter(counts));
  return { good: counted.filter(({ warned, crossed }) => warned && crossed).length, all: counted.length };
};

/** Difference of two shares of the same series, with its standard error by series (linearised ratios). */
const difference = (windows: readonly ComparedWindow[], share: Share) => {
  const groups = [...Map.groupBy(windows, ({ champion }) => champion.seriesId).values()];
  const [candidate, champion] = (['candidate', 'champion'] as const).map((model) => {
    const whole = countsOf(windows, model, share);
    const value = whole.good / whole.all;
    const influence = groups.map((own) => {
      const { good, all } = countsOf(own, model, share);
      return (good - value * all) / whole.all;
    });
    return { value, influence };
  });
  const squares = candidate!.influence.reduce((sum, own, i) => sum + (own - champion!.influence[i]!) ** 2, 0);
  const error = Math.sqrt((squares * groups.length) / Math.max(1, groups.length - 1));
  return { candidate: candidate!.value, champion: champion!.value, error };
};

const breachRule =
  (share: Share): GateRule =>
  ({ windows, settings: { minBreaches, breachMargin } }: GateInput): RuleResult => {
    const breaches = countsOf(windows, 'champion', RECALL).all;
    const threshold = -breachMargin;
    if (breaches < minBreaches)
      return {
        ...{ passed: false, figure: null, threshold },
        reason: `Only ${breaches} breaches came in the windows; ${minBreaches} are needed to judge the ${share.name} of warnings.`,
      };
    const { candidate, champion, error } = difference(windows, share);
    if (!Number.isFinite(champion))
      return { passed: true, figure: 0, threshold, reason: 'The champion gave no warning to compare with.' };
    if (!Number.isFinite(candidate))
      return { passed: false, figure: null, threshold, reason: 'The candidate gave no warning.' };
    const bound = candidate - champion - normalQuantile(CONFIDENCE) * error;
    return {
      passed: bound >= threshold,
      figure: bound,
      threshold,
      reason: `The ${share.name} of warnings is ${percentText(candidate)}, the champion's ${percentText(champion)}; with a confidence of ${percentText(CONFIDENCE)} it is at most ${percentText(Math.max(0, -bound))} lower.`,
    };
  };

/** Warnings are followed by breaches as often as the champion's: the others are false alarms. */
export const breachPrecision: GateRule = breachRule(PRECISION);

/** Breaches are warned of as often as by the champion. */
export const breachRecall: GateRule = breachRule(RECALL);
