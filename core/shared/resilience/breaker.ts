import { DependencyUnavailableError, ForestallError } from '../errors.ts';
import { isoOfMs } from '../time.ts';
import type { BreakerRules } from './breaker-rules.ts';
import { admit, afterCall, afterProbe, type BreakerState, type CallResult } from './breaker-state.ts';

/** A state as it was read; the object itself stands for this version of it. */
export interface SeenState {
  readonly state: BreakerState;
}

/** Where the state of one breaker is kept: in this process, or shared by all. */
export interface BreakerCell {
  /** `fresh`: as it is now; `cached`: as it was a few seconds ago, or now. */
  read(need: 'cached' | 'fresh'): Promise<SeenState>;
  /** Stores the state that follows `seen`; undefined if another was stored meanwhile. */
  write(next: BreakerState, seen: SeenState): Promise<SeenState | undefined>;
}

export interface BreakerOptions {
  /** Names the dependency in errors: "integration pager". */
  readonly name: string;
  readonly cell: BreakerCell;
  readonly rules: BreakerRules;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called after a change of the phase was stored. */
  readonly changed: (before: BreakerState, after: BreakerState) => Promise<void>;
  /** Called if the result of a call could not be recorded; the call itself is not affected. */
  readonly unrecorded: (error: unknown) => void;
}

/** What a thrown value says about the dependency. */
export type ResultOf = (error: unknown) => CallResult;

/** Guards the calls of one dependency. Use it through `callThrough`. */
export interface Breaker {
  run<T>(call: () => Promise<T>, resultOf: ResultOf): Promise<T>;
}

/** The call was not made, because the breaker of its dependency is open. */
export class BreakerOpenError extends DependencyUnavailableError {
  /** When the next call may pass, epoch milliseconds. */
  readonly retryAt: number;
  constructor(name: string, retryAt: number, reason: string) {
    super(`${name} is not called before ${isoOfMs(retryAt)}, because it failed repeatedly: ${reason}`);
    this.retryAt = retryAt;
  }
}

/**
 * Only a dependency that is throttled, down or silent opens a breaker: a refused request is an answer. A call that
 * another breaker refused says nothing.
 */
export const resultOfError: ResultOf = (error) => {
  if (error instanceof BreakerOpenError) return 'unknown';
  if (error instanceof DependencyUnavailableError) return 'failed';
  return error instanceof ForestallError ? 'answered' : 'unknown';
};

/**
 * Makes a call through a breaker. Every call that leaves the account goes through this function or a guarded client, as
 * `test/architecture/external-calls.test.ts` checks.
 * @throws BreakerOpenError without calling while the breaker is open
 */
export const callThrough = <T>(
  breaker: Breaker,
  call: () => Promise<T>,
  resultOf: ResultOf = resultOfError,
): Promise<T> => breaker.run(call, resultOf);

/** Other processes may win that many races for the shared state before a result is dropped. */
const MAX_ATTEMPTS = 5;

/** How a call that passed is recorded. */
interface Passed {
  /** The state that claimed the probe; undefined for an ordinary call. */
  readonly claim: SeenState | undefined;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class CircuitBreaker implements Breaker {
  readonly #options: BreakerOptions;
  #isProbing: boolean = false;
  /** Results are recorded one after another, so that calls of this process do not race each other. */
  #recording: Promise<void> = Promise.resolve();

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  async run<T>(call: () => Promise<T>, resultOf: ResultOf): Promise<T> {
    const passed = await this.#admit('cached');
    try {
      const value = await call();
      await this.#record(passed, 'answered', '');
      return value;
    } catch (error) {
      await this.#record(passed, resultOf(error), reasonOf(error));
      throw error;
    } finally {
      if (passed.claim !== undefined) this.#isProbing = false;
    }
  }

  async #admit(need: 'cached' | 'fresh'): Promise<Passed> {
    const { cell, rules, now } = this.#options;
    const seen = await cell.read(need);
    const admission = admit(seen.state, rules, now());
    if (admission.kind === 'pass') return { claim: undefined };
    if (admission.kind === 'refuse') throw this.#refusal(admission.retryAt, admission.reason);
    return this.#claim(seen, admission.probing);
  }

  /** Claims the probe: the first of all processes makes it, and the others go by what it stored. */
  async #claim(seen: SeenState, probing: BreakerState): Promise<Passed> {
    const { cell, now } = this.#options;
    if (this.#isProbing) throw this.#refusal(now(), 'a probe is under way');
    this.#isProbing = true;
    let claim: SeenState | undefined;
    try {
      claim = await cell.write(probing, seen);
    } finally {
      this.#isProbing = claim !== undefined;
    }
    if (claim === undefined) return this.#admit('fresh');
    await this.#report(seen.state, probing);
    return { claim };
  }

  #refusal(retryAt: number, reason: string): BreakerOpenError {
    return new BreakerOpenError(this.#options.name, retryAt, reason);
  }

  /** Never fails: the call has its result already. */
  #record(passed: Passed, result: CallResult, reason: string): Promise<void> {
    this.#recording = this.#recording
      .then(() => (passed.claim ? this.#endProbe(passed.claim, result, reason) : this.#count(result, reason)))
      .catch((error: unknown) => this.#options.unrecorded(error));
    return this.#recording;
  }

  /** A probe that counted as lost meanwhile is not recorded. */
  async #endProbe(claim: SeenState, result: CallResult, reason: string): Promise<void> {
    const { cell, rules, now } = this.#options;
    const next = afterProbe(claim.state, { result, reason }, rules, now());
    if (await cell.write(next, claim)) await this.#report(claim.state, next);
  }

  async #count(result: CallResult, reason: string): Promise<void> {
    const { cell, rules, now } = this.#options;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const seen = await cell.read(attempt === 0 ? 'cached' : 'fresh');
      const next = afterCall(seen.state, { result, reason }, rules, now());
      if (next === seen.state) return;
      if (await cell.write(next, seen)) return this.#report(seen.state, next);
    }
  }

  async #report(before: BreakerState, after: BreakerState): Promise<void> {
    if (before.phase !== after.phase) await this.#options.changed(before, after);
  }
}
