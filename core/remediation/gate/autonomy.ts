/** Autonomy of an action is earned by proven successes and lost by failures. */
import { betaQuantile } from '../../shared/maths/beta.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Outcome, TrackRecord } from '../track-record.ts';
import { CLOCK_SKEW_SECONDS } from './ledger-rules.ts';

/** Outcomes older than this no longer prove anything. */
const PROVES_FOR_DAYS = 180;
const MIN_OUTCOMES = 10;
/** The success rate must be at least this with a probability of 90 %. */
const MIN_RATE = 0.7;
const DOUBT = 0.1;
/** A failure among the newest of this many takes autonomy away. */
const CLEAN_OUTCOMES = 3;

export interface Standing {
  readonly isEarned: boolean;
  readonly succeeded: number;
  readonly failed: number;
  /** The success rate is higher than this with a probability of 90 % (beta distribution, prior of Jeffreys). */
  readonly atLeast: number;
  /** What is missing, for people; empty if it is earned. */
  readonly missing: string;
}

/** What an action has earned in an environment until `now` (epoch seconds). Unproven outcomes do not count. */
export const standingOf = (
  { outcomes }: TrackRecord,
  action: string,
  environment: string,
  now: number,
): Standing => {
  const proven = outcomes
    .filter((each) => each.action === action && each.environment === environment)
    .filter((outcome) => proves(outcome, now))
    .toSorted((a, b) => a.at - b.at || Number(hasFailed(a)) - Number(hasFailed(b)));
  const failed = proven.filter(hasFailed).length;
  const succeeded = proven.length - failed;
  const atLeast = betaQuantile(DOUBT, succeeded + 0.5, failed + 0.5);
  const missing = missingOf(proven, atLeast);
  return { isEarned: missing === '', succeeded, failed, atLeast, missing };
};

const hasFailed = ({ result }: Outcome): boolean => result === 'failed';

/** Successes from the future prove nothing: a clock is wrong. Failures count all the same. */
const proves = ({ result, at }: Outcome, now: number): boolean =>
  at > now - PROVES_FOR_DAYS * DAY_SECONDS &&
  (result === 'failed' || (result === 'succeeded' && at <= now + CLOCK_SKEW_SECONDS));

const missingOf = (proven: readonly Outcome[], atLeast: number): string => {
  if (proven.length < MIN_OUTCOMES)
    return `it has ${proven.length} of ${MIN_OUTCOMES} proven outcomes within ${PROVES_FOR_DAYS} days`;
  if (proven.slice(-CLEAN_OUTCOMES).some(hasFailed))
    return `one of its last ${CLEAN_OUTCOMES} outcomes failed`;
  return atLeast < MIN_RATE
    ? `its success rate is only known to be at least ${atLeast.toFixed(2)}, and ${MIN_RATE} is needed`
    : '';
};
