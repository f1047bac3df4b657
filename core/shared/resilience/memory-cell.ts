import type { BreakerCell, SeenState } from './breaker.ts';
import { NEW_BREAKER } from './breaker-state.ts';

/** Keeps the state of a breaker in this process. */
export const memoryCell = (): BreakerCell => {
  let current: SeenState = { state: NEW_BREAKER };
  return {
    read: async () => current,
    write: async (state, seen) => {
      if (seen !== current) return undefined;
      current = { state };
      return current;
    },
  };
};
