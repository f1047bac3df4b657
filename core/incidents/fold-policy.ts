import type { ChangeSignal } from './signal.ts';

/** Times that decide what belongs together, in seconds. */
export interface FoldPolicy {
  /** Signals further apart than this belong together only through others between them. */
  readonly windowSeconds: number;
  /** A repeat within this time is no news. */
  readonly dedupTtlSeconds: number;
  /** How long before an incident a change may lie to count as evidence. */
  readonly changeLookBackSeconds: number;
  /** How long after its end the same signal reopens an incident instead of opening another. */
  readonly reopenWindowSeconds: number;
  /** How long all must be quiet before an incident resolves by itself; doubles with every reopening, up to 16 times. */
  readonly quietSeconds: number;
  /** How long an anomaly or a prediction counts as going on after it was last reported. */
  readonly activeSeconds: number;
}

export const DEFAULT_POLICY: FoldPolicy = {
  windowSeconds: 900,
  dedupTtlSeconds: 1800,
  changeLookBackSeconds: 4 * 3600,
  reopenWindowSeconds: 6 * 3600,
  quietSeconds: 900,
  activeSeconds: 1800,
};

/** What folding may look at besides the incidents. */
export interface FoldContext {
  /** Epoch seconds. */
  readonly now: number;
  readonly policy: FoldPolicy;
  /** Whether two targets are near each other in the dependency graph; symmetric. A target is always near itself. */
  readonly isNear: (targetA: string, targetB: string) => boolean;
  /** Changes of the tenant that may turn out to be evidence. */
  readonly recentChanges: readonly ChangeSignal[];
}
