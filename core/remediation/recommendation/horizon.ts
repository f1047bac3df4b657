import { DAY_SECONDS } from '../../shared/time.ts';
import type { Effect } from '../action.ts';
import type { Horizon } from '../plan.ts';
import type { Outcome } from '../track-record.ts';

const IMMEDIATE_MINUTES = 2 * 60;
const SHORT_MINUTES = 8 * 60;

/** Effects that last, so that the same problem does not come back soon. */
const LASTING: ReadonlySet<Effect> = new Set(['adds-capacity', 'restores-version', 'lifts-limit', 'repairs']);

const RECURRENCE_DAYS = 30;
const RECURRENCES = 2;

interface Trouble {
  readonly alertType: string;
  readonly environment: string;
  readonly profile: string;
}

/** True if the same problem led to at least two remediations within the last 30 days. */
export const recurs = (outcomes: readonly Outcome[], trouble: Trouble, now: number): boolean =>
  outcomes.filter(
    ({ alertType, environment, profile, at }) =>
      alertType === trouble.alertType &&
      environment === trouble.environment &&
      profile === trouble.profile &&
      now - at <= RECURRENCE_DAYS * DAY_SECONDS,
  ).length >= RECURRENCES;

/**
 * When an action helps: the later of the harm and its effect. An action with a lasting effect on a problem that recurs
 * is preventive unless it helps at once.
 */
export const horizonOf = (
  effect: Effect,
  minutes: number,
  leadMinutes: number,
  isRecurring: boolean,
): Horizon => {
  const helpsAt = Math.max(minutes, leadMinutes);
  if (helpsAt <= IMMEDIATE_MINUTES) return 'immediate';
  if (isRecurring && LASTING.has(effect)) return 'preventive';
  return helpsAt <= SHORT_MINUTES ? 'short' : 'long';
};
