import type { Cause } from '../cause.ts';
import type { Refusal } from '../remediation.ts';

/** Rules of the gate that may agree later, although nobody changes a setting. */
const PASSING: ReadonlySet<string> = new Set([
  ...['confidence', 'freeze', 'cooldown', 'ineffective', 'resource-is-free', 'concurrent-runs'],
  ...['units-per-window', 'resources-per-window', 'actions-per-hour'],
]);
/** Forecasts come every hour or more often. */
const AGAIN_SECONDS = 15 * 60;
/** A warning that stood for so long without an action is left to people. */
const PATIENCE_SECONDS = 12 * 3600;

/** What was chosen, as far as it matters here. */
export interface Judgement {
  readonly outcome: 'nothing' | 'refused' | 'suggest' | 'ask' | 'act';
  readonly refusals: readonly Refusal[];
}

interface Times {
  /** Of the remediation. Epoch seconds, like `now`. */
  readonly startedAt: number;
  readonly now: number;
}

/**
 * When the gate is asked again about a warning for which nothing was done; null if its refusal is final. The confidence
 * in a breach grows as it comes nearer, and pauses end. As nothing was reserved, no other remediation waits for this one.
 */
export const judgedAgainAt = (
  { kind }: Cause,
  { outcome, refusals }: Judgement,
  { startedAt, now }: Times,
): number | null => {
  const mayPass = kind === 'predicted-breach' && outcome === 'refused' && refusals.length > 0;
  const again = now + AGAIN_SECONDS;
  return mayPass && refusals.every(({ rule }) => PASSING.has(rule)) && again <= startedAt + PATIENCE_SECONDS
    ? again
    : null;
};
