import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { ChangeSignal } from '../signal.ts';

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
  /** How long a predicted breach counts as going on after it was last predicted: nothing reports its end. */
  readonly activeSeconds: number;
  /** How long an alarm or anomaly counts as going on whose end is never reported. */
  readonly longestSeconds: number;
  /** Targets whose same metric begins to misbehave within this time may have a cause in common. */
  readonly coincidenceSeconds: number;
}

export const DEFAULT_POLICY: FoldPolicy = {
  windowSeconds: 900,
  dedupTtlSeconds: 1800,
  changeLookBackSeconds: 4 * HOUR_SECONDS,
  reopenWindowSeconds: 6 * HOUR_SECONDS,
  quietSeconds: 900,
  activeSeconds: 1800,
  longestSeconds: DAY_SECONDS,
  coincidenceSeconds: 300,
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
  /** So many targets at once are no chance; see `leastCoincidence`. */
  readonly coincidenceTargets: number;
  /** Ends that arrived before what they end: dedup key -> epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
  /** Incidents that one fold may make part of another. */
  readonly mostAbsorbed: number;
}
