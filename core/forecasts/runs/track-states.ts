import type { BatchStates } from '../codec/batch-states.ts';
import type { BackendForecast } from '../ports.ts';

/** Identifies one series of a tenant. */
export interface SeriesName {
  readonly targetId: string;
  readonly metric: string;
}

/** Counts of how the series of a batch were forecast. */
export interface StateCounts {
  /** From the state of an earlier run. */
  resumed: number;
  /** From scratch: new, out of date, or too short to learn from. */
  learned: number;
  /** Of those from scratch: their state could not be decoded. */
  unreadable: number;
}

/** Learned states of a batch's series before and after a run. */
export interface StateTracker {
  stateOf(series: SeriesName): string | undefined;
  record(series: SeriesName, result: BackendForecast): void;
  /** Keeps the stored states of a target that is not forecast in this run. */
  keep(targetId: string): void;
  readonly counts: Readonly<StateCounts>;
  /** States to store for the next run; undefined if nothing new was learned. */
  toStore(): BatchStates | undefined;
}

/**
 * Hands out the stored states and collects those of this run. States of this run or of a newer one are neither used nor
 * replaced: a repeated or late run produces the same forecasts, and an older run never overwrites a newer one.
 */
export const trackStates = (stored: BatchStates | undefined, issuedAt: number): StateTracker => {
  const isOutdated = stored !== undefined && stored.issuedAt >= issuedAt;
  const known = isOutdated ? undefined : stored?.states;
  const states = new Map<string, Map<string, string>>();
  const counts: StateCounts = { resumed: 0, learned: 0, unreadable: 0 };
  let hasLearned = false;
  return {
    counts,
    stateOf: ({ targetId, metric }) => known?.get(targetId)?.get(metric),
    record: ({ targetId, metric }, { start, state }) => {
      const isResumed = start === 'resumed';
      counts[isResumed ? 'resumed' : 'learned']++;
      if (start === 'unreadable') counts.unreadable++;
      if (state === undefined) return;
      const metrics = states.get(targetId) ?? new Map<string, string>();
      states.set(targetId, metrics.set(metric, state));
      if (!isResumed) hasLearned = true;
    },
    keep: (targetId) => {
      const kept = known?.get(targetId);
      if (kept !== undefined) states.set(targetId, new Map(kept));
    },
    toStore: () => (isOutdated || !hasLearned ? undefined : { issuedAt, states }),
  };
};
