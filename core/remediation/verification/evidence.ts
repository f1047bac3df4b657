/** Sentences for people about a verification. */
import type { Verdict } from '../remediation.ts';
import { type Comparison, MIN_POINTS } from './expectation.ts';
import type { TargetVerdict } from './judge-target.ts';
import type { VerificationInputs } from './verification-inputs.ts';

const WHOLE: Readonly<Record<Verdict, string>> = {
  avoided: 'The problem is over, and it would not be without the action.',
  unproven: 'There is not enough evidence that the action helped.',
  'no-effect': 'The action made no difference to the problem.',
  worse: 'It got worse after the action, and not for other reasons that are known.',
};

export const describeWhole = (verdict: Verdict): string => WHOLE[verdict];

const shown = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${Math.round(100 * share)} %`;

interface DescribedTarget {
  readonly targetId: string;
  readonly comparison: Comparison | undefined;
  readonly result: TargetVerdict | undefined;
  readonly peers: number;
}

export const describeTarget = (
  { targetId, comparison, result, peers }: DescribedTarget,
  { metric, harm }: VerificationInputs,
): string => {
  if (comparison === undefined || result === undefined)
    return `${targetId}: fewer than ${MIN_POINTS} fresh points of ${metric}, or nothing to compare them with.`;
  const sign = harm.direction === 'above' ? 1 : -1;
  const [observed, expected] = [shown(sign * result.observed), shown(sign * result.expected)];
  const basis = comparison.basis === 'forecast' ? 'forecast before the action' : 'measured before the action';
  const alike = peers === 0 ? 'no peers to compare with' : `corrected by ${peers} peers`;
  return `${targetId}: ${metric} is ${observed} (median of ${comparison.after.length} points), ${expected} was ${basis}, ${alike}.${chances(result)}`;
};

const chances = ({ breach, counts }: TargetVerdict): string => {
  if (breach === null) return '';
  const remark = counts ? '' : ' It was not in trouble.';
  return ` Chance of a breach: ${percent(breach.without)} without the action, ${percent(breach.with)} now.${remark}`;
};
