import { median } from '../../shared/maths/averages.ts';
import type { Verdict } from '../remediation.ts';
import { type BreachProbabilities, breachProbabilities } from './breach-probability.ts';
import type { Comparison } from './expectation.ts';
import type { PeerChange } from './peer-change.ts';

/** Standard deviations of noise from which on a change is evidence. */
const CLEAR = 3;
/** Less improvement than this is none. */
const NOTICEABLE = 1;
/** Claimed as avoided from this probability on. */
const MIN_AVOIDED = 0.7;
const LIKELY = 0.5;

export interface TargetVerdict {
  readonly verdict: Verdict;
  /** False for a target that was not in trouble and is not now: it says nothing about whether the action helped. */
  readonly counts: boolean;
  readonly probabilityAvoided: number | null;
  readonly breach: BreachProbabilities | null;
  /** Medians after the action, on the scale of harm. */
  readonly observed: number;
  readonly expected: number;
}

interface Evidence {
  /** Change against the expectation in standard deviations, in favour of the action and against it. */
  readonly better: number;
  readonly worse: number;
  readonly breach: BreachProbabilities | null;
  readonly probabilityAvoided: number | null;
}

/**
 * Judges one target. The expectation is moved by what happened to everybody (peers) and by the drift before the action,
 * each only in the direction that is less favourable to the claim: downwards before the action is credited with an
 * improvement, upwards before it is blamed. So neither is claimed for what also happened without the action.
 *
 * P(avoided) = P(breach without the action) x P(no breach now) where P(no breach now) = (1 - share of points beyond the
 * limit) x (1 - P(breach from now on)); see `breach-probability.ts`.
 */
export const judgeTarget = (
  comparison: Comparison,
  peers: PeerChange,
  limit: number | null,
): TargetVerdict => {
  const { after, drift } = comparison;
  const expected = median(after.map((point) => point.expected));
  const alike = peers.relative * Math.abs(expected);
  const down = Math.min(0, alike) + Math.min(0, drift);
  const up = Math.max(0, alike) + Math.max(0, drift);
  const breach = limit === null ? null : breachProbabilities(comparison, limit, down);
  const probabilityAvoided =
    breach === null ? null : breach.without * (1 - breach.beyond) * (1 - breach.with);
  const verdict = verdictOf({
    better: -deviation(comparison, down),
    worse: deviation(comparison, up),
    ...{ breach, probabilityAvoided },
  });
  const counts = limit === null || verdict === 'worse' || isConcerned(comparison, limit);
  return {
    verdict,
    counts,
    probabilityAvoided,
    breach,
    observed: median(after.map(({ harm }) => harm)),
    expected,
  };
};

/** A resource may have targets that are well. They count if they were in trouble, or are now. */
const isConcerned = (comparison: Comparison, limit: number): boolean => {
  const { without, with: now, beyond } = breachProbabilities(comparison, limit, 0);
  return without >= LIKELY || now >= LIKELY || beyond > 0;
};

/** Median of the deviations of the points in standard deviations. */
const deviation = ({ after }: Comparison, shift: number): number =>
  median(after.map(({ harm, expected, noise }) => (harm - expected - shift) / noise));

/** Values that move in the bad direction lead to a later one of: avoided, unproven, no effect, worse. */
const verdictOf = ({ better, worse, breach, probabilityAvoided }: Evidence): Verdict => {
  const isThreat = breach === null || breach.beyond > 0 || breach.with >= LIKELY;
  if (worse >= CLEAR && isThreat) return 'worse';
  if (better < NOTICEABLE) return 'no-effect';
  if (probabilityAvoided === null) return better >= CLEAR ? 'avoided' : 'unproven';
  if (probabilityAvoided >= MIN_AVOIDED) return 'avoided';
  return breach !== null && breach.with >= LIKELY ? 'no-effect' : 'unproven';
};
