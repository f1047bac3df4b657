import { setTimeout as sleepMs } from 'node:timers/promises';

/** Spacing of repeated attempts; replaced in tests. */
export interface Pace {
  /** Resolves after the given milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const defaultPace: Pace = {
  sleep: async (ms) => {
    await sleepMs(ms);
  },
  random: Math.random,
};

const BASE_MS = 50;
const MAX_MS = 2_000;

/** Waits before attempt `attempt` (1, 2, ...): full jitter up to a doubling limit, so that competing writers spread out. */
export const pause = (pace: Pace, attempt: number): Promise<void> =>
  pace.sleep(pace.random() * Math.min(MAX_MS, BASE_MS * 2 ** attempt));
