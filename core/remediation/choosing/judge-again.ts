import type { Cause } from '../cause.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Refusal } from '../remediation.ts';

/** Rules of the gate that may agree later, although nobody changes a setting. */
const PASSING: ReadonlySet<string> = new Set([
  ...['confidence', 'freeze', 'cooldown', 'ineffective', 'resource-is-free', 'concurrent-runs'],
  ...['units-per-window', 'resources-per-window', 'actions-per-hour'],
]);
/** Rules about a resource that is not as it was planned for. */
const CHANGED: ReadonlySet<string> = new Set(['unchanged', 'unchanged-resource', 'follows-from-state']);
/** Rules that say that another remediation changes the resource, or did just now. */
const CHANGED_BY_US: ReadonlySet<string> = new Set(['resource-is-free', 'cooldown']);
export const AGAIN_MINUTES = 15;
/** A problem that was there for so long without an action is left to people. */
const PATIENCE_SECONDS = 12 * 3600;
/** An action may take this many times as long as the catalogue says. */
const SLOWNESS = 2;

/** What was chosen, as far as it matters here. */
export interface Judgement {
  readonly outcome: 'nothing' | 'refused' | 'suggest' | 'ask' | 'act';
  readonly plan: Pick<RemediationPlan, 'problem' | 'minutes' | 'plannedAt' | 'expiresAt'> | null;
  readonly refusals: readonly Refusal[];
}

interface Times {
  /** Of the remediation. Epoch seconds, like `now`. */
  readonly startedAt: number;
  readonly now: number;
  /** Seconds between two forecasts of a target. */
  readonly forecastSeconds: number;
}

/** Causes that stand until they end: what is found about them later counts as well. */
const STANDING: ReadonlySet<Cause['kind']> = new Set(['predicted-breach', 'alert']);

const mayPass = ({ outcome, refusals }: Judgement): boolean =>
  outcome === 'refused' && refusals.length > 0 && refusals.every(({ rule }) => PASSING.has(rule));

/** The next time at which the gate is asked about a cause that stands; null if it is left to people by then. */
const nextTime = (
  kind: Cause['kind'],
  { startedAt, now }: Pick<Times, 'startedAt' | 'now'>,
): number | null => {
  const again = now + AGAIN_MINUTES * 60;
  return STANDING.has(kind) && again <= startedAt + PATIENCE_SECONDS ? again : null;
};

/** Time before the harm at which it is late enough: for a forecast, for people to answer, and twice for the action. */
const leadSeconds = (
  outcome: 'ask' | 'act',
  { minutes, plannedAt, expiresAt }: NonNullable<Judgement['plan']>,
  forecastSeconds: number,
): number =>
  (outcome === 'ask' ? expiresAt - plannedAt : 0) +
  SLOWNESS * 60 * (minutes.act + minutes.settle) +
  forecastSeconds;

/** The harm is so far away that there is time for another forecast, which knows more. */
const isEarly = ({ outcome, plan }: Judgement, now: number, forecastSeconds: number): boolean =>
  (outcome === 'ask' || outcome === 'act') &&
  plan !== null &&
  plan.problem.impactAt !== null &&
  plan.problem.impactAt - now > leadSeconds(outcome, plan, forecastSeconds);

/**
 * When the gate is asked again about a problem for which nothing was done; null if its word is final. Pauses end, the
 * confidence in a breach grows as it comes nearer, and many that are far away never come: an action waits as long as it
 * would still be in time. As nothing was reserved, no other remediation waits for this one.
 */
export const judgedAgainAt = ({ kind }: Cause, judgement: Judgement, times: Times): number | null =>
  mayPass(judgement) || isEarly(judgement, times.now, times.forecastSeconds) ? nextTime(kind, times) : null;

/**
 * When an action is chosen again after the gate refused it at the moment of acting; null if its word is final. What was
 * free when the plan was made may be taken by other remediations for a while, and they may have changed the resource. What
 * somebody else changed is left to people.
 */
export const chosenAgainAt = (
  { kind }: Cause,
  refusals: readonly Refusal[],
  times: Pick<Times, 'startedAt' | 'now'>,
): number | null => {
  const isChangedByUs = refusals.some(({ rule }) => CHANGED_BY_US.has(rule));
  const passes = refusals.every(({ rule }) => PASSING.has(rule) || (isChangedByUs && CHANGED.has(rule)));
  return refusals.length > 0 && passes ? nextTime(kind, times) : null;
};
