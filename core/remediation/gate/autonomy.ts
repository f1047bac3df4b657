/** Autonomy of an action is earned by proven successes and lost by failures. */
import { lowerBoundOfShare } from '../../shared/maths/share-bound.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Outcome, TrackRecord } from '../track-record.ts';

/** Outcomes older than this no longer prove anything. */
const PROVES_FOR_SECONDS = 180 * DAY_SECONDS;
const MIN_OUTCOMES = 10;
/** The success rate must exceed this with a confidence of 95 % on one side. */
const MIN_RATE = 0.7;
/** A failure among the newest of this many takes autonomy away. */
const CLEAN_OUTCOMES = 3;

export interface Standing {
  readonly isEarned: boolean;
  readonly succeeded: number;
  readonly failed: number;
  /** Lower bound of the success rate. */
  readonly atLeast: number;
  /** What is missing, for people; empty if it is earned. */
  readonly missing: string;
}

const missingOf = (proven: readonly Outcome[], atLeast: number): string => {
  if (proven.length < MIN_OUTCOMES)
    return `${proven.length} of ${MIN_OUTCOMES} proven outcomes within 180 days`;
  if (proven.slice(-CLEAN_OUTCOMES).some(({ result }) => result === 'failed'))
    return `one of the last ${CLEAN_OUTCOMES} outcomes failed`;
  return atLeast < MIN_RATE ? `its success rate is at least ${atLeast.toFixed(2)}, expected ${MIN_RATE}` : '';
};

/** What an action has earned in an environment until `now` (epoch seconds). Unproven outcomes do not count. */
export const standingOf = (
  { outcomes }: TrackRecord,
  action: string,
  environment: string,
  now: number,
): Standing => {
  const proven = outcomes
    .filter((each) => each.action === action && each.environment === environment)
    .filter(({ result, at }) => result !== 'unproven' && at > now - PROVES_FOR_SECONDS)
    .toSorted((a, b) => a.at - b.at);
  const succeeded = proven.filter(({ result }) => result === 'succeeded').length;
  const failed = proven.length - succeeded;
  const atLeast = lowerBoundOfShare(succeeded, failed);
  const missing = missingOf(proven, atLeast);
  return { isEarned: missing === '', succeeded, failed, atLeast, missing };
};
