import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { BreakerCell, SeenState } from '../../shared/resilience/breaker.ts';
import type { BreakerRules } from '../../shared/resilience/breaker-rules.ts';
import { type BreakerState, limitWait, NEW_BREAKER } from '../../shared/resilience/breaker-state.ts';
import { type BreakerKey, dependencyText } from '../breaker-key.ts';
import type { BreakerStore } from './ports.ts';

/**
 * When the shared state is read. `after-failure`: only once a call of this process failed, and while the breaker is not
 * closed; for calls that are frequent. `before-call`: if the known state is older than a few seconds. `always`: before
 * each call, and no call passes while it cannot be read; for calls that must not be made on a guess.
 */
export type Sharing = 'after-failure' | 'before-call' | 'always';

export interface SharedCellOptions {
  readonly key: BreakerKey;
  readonly store: BreakerStore;
  readonly rules: BreakerRules;
  readonly sharing: Sharing;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called when the store could not be reached and the state known here is used instead. */
  readonly unreachable: (error: unknown) => void;
}

/** Keeps the state of a breaker in the store, and what was read of it for a few seconds in this process. */
export class SharedCell implements BreakerCell {
  readonly #options: SharedCellOptions;
  #known: SeenState = { state: NEW_BREAKER };
  /** Version in the store that the known state is, or follows if it could not be stored. */
  #version = 0;
  #isUnstored: boolean = false;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: SharedCellOptions) {
    this.#options = options;
  }

  async read(need: 'cached' | 'fresh'): Promise<SeenState> {
    if (need === 'cached' && this.#isFreshEnough()) return this.#known;
    try {
      await this.#refresh();
    } catch (error) {
      this.#goOnWithout(error);
    }
    this.#readAt = this.#options.now();
    return this.#known;
  }

  async write(next: BreakerState, seen: SeenState): Promise<SeenState | undefined> {
    if (seen !== this.#known) return undefined;
    let isStored = false;
    try {
      isStored = await this.#replace(next);
      if (!isStored) return undefined;
    } catch (error) {
      this.#goOnWithout(error);
    }
    // Another call of this process may have stored a state meanwhile.
    if (seen !== this.#known) return undefined;
    return this.#know(next, isStored ? this.#version + 1 : this.#version, !isStored);
  }

  #know(state: BreakerState, version: number, isUnstored: boolean): SeenState {
    this.#known = { state };
    this.#version = version;
    this.#isUnstored = isUnstored;
    this.#readAt = this.#options.now();
    return this.#known;
  }

  #replace(state: BreakerState): Promise<boolean> {
    const { key, store } = this.#options;
    return store.replace({ ...key, state, version: this.#version + 1 });
  }

  /** @throws DependencyUnavailableError if calls must not pass without the shared state */
  #goOnWithout(cause: unknown): void {
    const { sharing, key, unreachable } = this.#options;
    if (sharing === 'always')
      throw new DependencyUnavailableError(
        `${dependencyText(key)} is not called: the state of its circuit breaker is unavailable`,
        { cause },
      );
    unreachable(cause);
  }

  #isFreshEnough(): boolean {
    const { sharing, rules, now } = this.#options;
    if (sharing === 'always') return false;
    const age = now() - this.#readAt;
    if (age >= 0 && age < rules.cacheSeconds * 1000) return true;
    const { state } = this.#known;
    return sharing === 'after-failure' && state.phase === 'closed' && state.failures === 0;
  }

  async #refresh(): Promise<void> {
    const { key, store, rules, now } = this.#options;
    const before = this.#known;
    const stored = await store.get(key);
    const version = stored?.version ?? 0;
    if (before !== this.#known) return;
    if (version === this.#version) {
      // What this process found while the store could not be reached is stored now, if nothing else was.
      if (!this.#isUnstored) return;
      const isStored = await this.#replace(before.state);
      if (isStored && before === this.#known) this.#know(before.state, version + 1, false);
      return;
    }
    // The wait is limited once for each version: later reads of it do not prolong it.
    this.#know(limitWait(stored?.state ?? NEW_BREAKER, rules, now()), version, false);
  }
}
