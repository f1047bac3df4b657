import type { Profile } from '../../metrics/targets/target.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { Effect } from '../action.ts';
import type { Outcome } from '../track-record.ts';

/** Age at which an outcome counts half. */
export const HALF_LIFE_DAYS = 30;
/** Older outcomes do not count. */
export const MAX_AGE_DAYS = 180;
/** Outcomes that the estimate of the level above is worth. */
export const PRIOR_STRENGTH = 4;

/** Chance of success of an action that was never tried, by its effect: judgement, overruled by a few outcomes. */
export const PRIOR_SUCCESS: Readonly<Record<Effect, number>> = {
  'restores-version': 0.7,
  'adds-capacity': 0.7,
  'frees-space': 0.65,
  'works-off-backlog': 0.65,
  restarts: 0.6,
  'lifts-limit': 0.6,
  'moves-traffic': 0.6,
  repairs: 0.6,
  'limits-load': 0.55,
  'removes-capacity': 0.5,
  notifies: 0.1,
};

/** What the chance of success is asked for. */
export interface Attempt {
  readonly action: string;
  readonly effect: Effect;
  readonly alertType: string;
  readonly profile: Profile;
}

/** Beta distribution of the probability that an attempt succeeds. */
export interface SuccessRate {
  readonly alpha: number;
  readonly beta: number;
  readonly mean: number;
  /** Outcomes of the action for this alert type, without weights, for people. */
  readonly succeeded: number;
  readonly decided: number;
}

type EffectOf = (action: string) => Effect | undefined;

/** From the class of the action to exactly this attempt; each level is a part of the one before. */
const levelsOf = (attempt: Attempt, effectOf: EffectOf): readonly ((outcome: Outcome) => boolean)[] => {
  const sameAction = ({ action }: Outcome) => action === attempt.action;
  const sameAlert = (outcome: Outcome) => sameAction(outcome) && outcome.alertType === attempt.alertType;
  return [
    (outcome) => effectOf(outcome.action) === attempt.effect,
    sameAction,
    sameAlert,
    (outcome) => sameAlert(outcome) && outcome.profile === attempt.profile,
  ];
};

/** Those that proved something, and are not too old. */
const provenAt = (outcomes: readonly Outcome[], now: number): readonly Outcome[] =>
  outcomes.filter(({ result, at }) => result !== 'unproven' && now - at <= MAX_AGE_DAYS * DAY_SECONDS);

const weightOf = ({ at }: Outcome, now: number): number =>
  2 ** (-Math.max(0, now - at) / (HALF_LIFE_DAYS * DAY_SECONDS));

/**
 * Probability that an attempt succeeds, from the outcomes of a tenant. Outcomes of the same action, alert type and
 * profile count most. The fewer there are, the more the estimate is that of the action for this alert type, then that of
 * the action, then that of all actions of the same effect, then `PRIOR_SUCCESS`: at each level, the estimate of the level
 * above counts as much as `PRIOR_STRENGTH` outcomes (a Beta prior). The weight of an outcome halves every
 * `HALF_LIFE_DAYS`. Unproven outcomes do not count. A success never lowers the mean, a failure never raises it.
 */
export const successRate = (
  outcomes: readonly Outcome[],
  attempt: Attempt,
  effectOf: EffectOf,
  now: number,
): SuccessRate => {
  const proven = provenAt(outcomes, now);
  const levels = levelsOf(attempt, effectOf);
  let alpha = 0;
  let beta = 0;
  let mean = PRIOR_SUCCESS[attempt.effect];
  for (const isOfLevel of levels) {
    alpha = PRIOR_STRENGTH * mean;
    beta = PRIOR_STRENGTH * (1 - mean);
    for (const outcome of proven.filter(isOfLevel)) {
      if (outcome.result === 'succeeded') alpha += weightOf(outcome, now);
      else beta += weightOf(outcome, now);
    }
    mean = alpha / (alpha + beta);
  }
  const alike = proven.filter(levels[2]!);
  const succeeded = alike.filter(({ result }) => result === 'succeeded').length;
  return { alpha, beta, mean, succeeded, decided: alike.length };
};
