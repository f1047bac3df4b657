import type { IncidentPolicy } from '../incident-policy.ts';
import type { ChangeSignal } from '../signal.ts';

/** Everything that grouping takes into account besides the signal and the incidents. */
export interface GroupingContext {
  /** Epoch seconds. */
  readonly now: number;
  readonly policy: IncidentPolicy;
  /** True if two targets are near each other in the dependency graph. Symmetric; a target is near itself. */
  readonly isNear: (targetA: string, targetB: string) => boolean;
  /** Changes of the tenant that may be evidence. */
  readonly recentChanges: readonly ChangeSignal[];
  /** Number of targets that cannot misbehave at once by chance; see `minCoincidence`. */
  readonly coincidenceTargets: number;
  /** Ends that arrived before the signals they end: dedup key to epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
  /** Max number of incidents that one signal may merge into another. */
  readonly maxAbsorbed: number;
}
