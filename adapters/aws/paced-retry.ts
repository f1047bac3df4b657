import { setTimeout as sleepMs } from 'node:timers/promises';

/** How repeated attempts are spaced; replaced in tests. */
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
const LONGEST_MS = 2_000;

/** Waits before attempt `attempt` (1, 2, ...): full jitter under a doubling ceiling, so that competitors part. */
export const pause = (pace: Pace, attempt: number): Promise<void> =>
  pace.sleep(pace.random() * Math.min(LONGEST_MS, BASE_MS * 2 ** attempt));
