import type { Verdict, Verification } from '../remediation.ts';
import { describeTarget, describeWhole } from './evidence.ts';
import { type Comparison, compare, followedForecast, MIN_POINTS, settledAt } from './expectation.ts';
import { harmLimit } from './harm-scale.ts';
import { judgeTarget, type TargetVerdict } from './judge-target.ts';
import { peerChange } from './peer-change.ts';
import type { VerificationInputs, VerifiedTarget } from './verification-inputs.ts';

/** Come back after this time: more points are needed. */
export interface NotYet {
  readonly waitSeconds: number;
}

/**
 * Compares what was observed after an action with what was expected without it: quantiles that were forecast before the
 * action began, or else the values before it; both corrected by what happened to peers. Each target that was in trouble has
 * to be better; one that is worse makes the whole worse. Too few points, old ones or missing values never prove anything:
 * they are waited for, and from the deadline on the verdict is `unproven`. Pure: the same inputs give the same verdict.
 */
export const verify = (inputs: VerificationInputs): Verification | NotYet => {
  const judged = inputs.targets.map((target) => judgeOne(target, inputs));
  const verdict = worstOf(counted(judged).map(({ result }) => result?.verdict ?? 'unproven'));
  if (verdict === 'unproven' && inputs.now < inputs.deadline) return { waitSeconds: waitOf(inputs) };
  return verificationOf(verdict, judged, inputs);
};

interface JudgedTarget {
  readonly targetId: string;
  readonly comparison: Comparison | undefined;
  readonly result: TargetVerdict | undefined;
  readonly peers: number;
}

const judgeOne = (target: VerifiedTarget, inputs: VerificationInputs): JudgedTarget => {
  const useForecast = followedForecast(target, inputs);
  const comparison = compare(target, inputs, useForecast);
  const peers = peerChange(inputs, useForecast);
  const result =
    comparison === undefined ? undefined : judgeTarget(comparison, peers, harmLimit(inputs.harm));
  return { targetId: target.targetId, comparison, result, peers: peers.peers };
};

/** Without those that say nothing; one without points may have been in trouble. */
const counted = (judged: readonly JudgedTarget[]): readonly JudgedTarget[] =>
  judged.filter(({ result }) => result === undefined || result.counts);

/** Best first. */
const ORDER: readonly Verdict[] = ['avoided', 'unproven', 'no-effect', 'worse'];

/** Nothing is proved by no verdict. */
const worstOf = (verdicts: readonly Verdict[]): Verdict =>
  ORDER[Math.max(...verdicts.map((verdict) => ORDER.indexOf(verdict)))] ?? 'unproven';

/** Until enough points can be there, at least one interval, at most until the deadline. */
const waitOf = (inputs: VerificationInputs): number => {
  const { now, deadline, stepSeconds } = inputs;
  const enough = settledAt(inputs) + MIN_POINTS * stepSeconds - now;
  return Math.min(deadline - now, Math.max(Math.ceil(enough), stepSeconds));
};

/** The least of the targets that count; the most of all if none does; null if it cannot be known for one of them. */
const probabilityOf = (judged: readonly JudgedTarget[]): number | null => {
  const counting = counted(judged);
  const each = (counting.length === 0 ? judged : counting).map(
    ({ result }) => result?.probabilityAvoided ?? null,
  );
  const known = each.filter((probability) => probability !== null);
  if (known.length < each.length) return null;
  return counting.length === 0 ? Math.max(...known) : Math.min(...known);
};

const verificationOf = (
  verdict: Verdict,
  judged: readonly JudgedTarget[],
  inputs: VerificationInputs,
): Verification => {
  const newest = judged.map(({ comparison }) => comparison?.after.at(-1)?.at ?? null);
  const known = newest.filter((at) => at !== null);
  return {
    verdict,
    probabilityAvoided: probabilityOf(judged),
    points: judged.reduce((sum, { comparison }) => sum + (comparison?.after.length ?? 0), 0),
    newestAt: known.length === 0 ? null : Math.min(...known),
    evidence: [describeWhole(verdict), ...judged.map((each) => describeTarget(each, inputs))],
    at: inputs.now,
  };
};
