/**
 * The state of a circuit breaker and its transitions, as pure functions: closed → open → half-open → closed.
 * Nygard, Release It! (2018), chapter 5. All times are epoch milliseconds.
 */
import * as z from 'zod';
import type { BreakerRules } from './breaker-rules.ts';

const instant = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

const Closed = z.object({
  phase: z.literal('closed'),
  /** Since when it is closed. */
  since: instant,
  /** Consecutive failures so far, and the time of the last one. */
  failures: count,
  failedAt: instant,
});

const notClosed = {
  /** When it opened; failed probes do not change it. */
  since: instant,
  /** Times that it was opened without closing in between. */
  rounds: z.number().int().positive(),
  /** Probes that succeeded since the last failure. */
  successes: count,
  /** The failure that opened it. */
  reason: z.string(),
};

const Open = z.object({
  phase: z.literal('open'),
  ...notClosed,
  /** When the next call passes, as a probe. */
  retryAt: instant,
});

const HalfOpen = z.object({
  phase: z.literal('half-open'),
  ...notClosed,
  /** When the probe that is under way counts as lost. */
  retryAt: instant,
});

export const BreakerState = z.discriminatedUnion('phase', [Closed, Open, HalfOpen]);
export type BreakerState = z.infer<typeof BreakerState>;
type Failing = z.infer<typeof Open> | z.infer<typeof HalfOpen>;

/** The state of a breaker that saw no call. */
export const NEW_BREAKER: BreakerState = { phase: 'closed', since: 0, failures: 0, failedAt: 0 };

/**
 * What a call says about the dependency. `answered`: it works, even if it refused the request. `failed`: it is throttled
 * or down, or gives no answer in time. `unknown`: the call failed for another reason, such as an error of our own.
 */
export type CallResult = 'answered' | 'failed' | 'unknown';

/** Whether a call may pass now; a probe passes only if `probing` was recorded as the state first. */
export type Admission =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly retryAt: number; readonly reason: string }
  | { readonly kind: 'probe'; readonly probing: BreakerState };

const PASS: Admission = { kind: 'pass' };
/** Reasons are shown to operators; long ones add nothing. */
const MAX_REASON = 300;

/**
 * Another machine may have set `retryAt` by a clock that is ahead: a wait never lasts longer than the longest one that
 * the rules allow, counted from now.
 */
export const limitWait = (state: BreakerState, rules: BreakerRules, now: number): BreakerState => {
  if (state.phase === 'closed') return state;
  const longest = (state.phase === 'open' ? rules.maxOpenSeconds : rules.probeSeconds) * 1000;
  return state.retryAt <= now + longest ? state : { ...state, retryAt: now + longest };
};

/** Decides about a call. */
export const admit = (state: BreakerState, rules: BreakerRules, now: number): Admission => {
  if (state.phase === 'closed') return PASS;
  if (now < state.retryAt) return { kind: 'refuse', retryAt: state.retryAt, reason: state.reason };
  return {
    kind: 'probe',
    probing: { ...state, phase: 'half-open', retryAt: now + rules.probeSeconds * 1000 },
  };
};

/** Doubles with each round, up to the limit. */
const waitMs = (rounds: number, { openSeconds, maxOpenSeconds }: BreakerRules): number =>
  Math.min(maxOpenSeconds, openSeconds * 2 ** Math.min(rounds - 1, 20)) * 1000;

interface Settled {
  readonly result: CallResult;
  /** Why it failed. */
  readonly reason: string;
}

const opened = (before: BreakerState, rules: BreakerRules, now: number, reason: string): BreakerState => {
  const rounds = before.phase === 'closed' ? 1 : before.rounds + 1;
  return {
    phase: 'open',
    since: before.phase === 'closed' ? now : before.since,
    rounds,
    successes: 0,
    reason: reason.slice(0, MAX_REASON),
    retryAt: now + waitMs(rounds, rules),
  };
};

/** The state after a call that passed while the breaker was closed; the same object if nothing changed. */
export const afterCall = (
  state: BreakerState,
  { result, reason }: Settled,
  rules: BreakerRules,
  now: number,
): BreakerState => {
  // It opened during the call, and only probes say whether the dependency has recovered.
  if (state.phase !== 'closed' || result === 'unknown') return state;
  if (result === 'answered') return state.failures === 0 ? state : { ...state, failures: 0 };
  const isConsecutive = now - state.failedAt <= rules.windowSeconds * 1000;
  const failures = isConsecutive ? state.failures + 1 : 1;
  if (failures >= rules.failures) return opened(state, rules, now, reason);
  return { ...state, failures, failedAt: Math.max(now, state.failedAt) };
};

const afterAnswer = (state: Failing, rules: BreakerRules, now: number): BreakerState => {
  const successes = state.successes + 1;
  if (successes >= rules.successes) return { phase: 'closed', since: now, failures: 0, failedAt: 0 };
  return { ...state, phase: 'open', successes, retryAt: now };
};

/** The state after a probe. A result that comes after the probe counted as lost changes nothing unless it is recorded. */
export const afterProbe = (
  state: BreakerState,
  { result, reason }: Settled,
  rules: BreakerRules,
  now: number,
): BreakerState => {
  if (state.phase !== 'half-open') return state;
  if (result === 'answered') return afterAnswer(state, rules, now);
  if (result === 'failed') return opened(state, rules, now, reason);
  return { ...state, phase: 'open', retryAt: now };
};
