import type { Place } from '../registry/line-up-changes.ts';
import type { RolloutPolicy, RolloutStep } from '../rollout.ts';

/** The place of a challenger in a step, held from `now` (epoch seconds) for a lease. */
export const placeOf = (
  { stage, share, enrolled }: RolloutStep,
  { leaseSeconds }: RolloutPolicy,
  now: number,
): Place => ({ stage, share, enrolled, leaseUntil: now + leaseSeconds });
