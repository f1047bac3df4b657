import type { IncidentChange } from '../lifecycle/plan-write.ts';
import { MAX_ENTRIES_PER_WRITE, MAX_INCIDENTS_PER_WRITE, type OpenIncidents } from '../ports.ts';
import { byTime, type Signal } from '../signal.ts';
import { connectIncident, groupSignal } from './group-signal.ts';
import type { GroupingContext } from './grouping-context.ts';
import { TrackedIncidents } from './tracked-incidents.ts';

/** A batch ends if fewer incidents than this could still be absorbed: connecting two coincidences needs about as many. */
const MIN_ROOM = 40;

/** The result of a batch of signals. */
export interface GroupedBatch {
  readonly changes: readonly IncidentChange[];
  /** Number of signals, by time, that were grouped. The others need a write of their own. */
  readonly taken: number;
  /** Early ends to keep: dedup key to epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
  /** Ids of incidents that must absorb more in the next write. */
  readonly unfinished: readonly string[];
}

/** The parts of the context that a batch does not change. */
export type BatchContext = Omit<GroupingContext, 'earlyEnds' | 'maxAbsorbed'>;

const contextOf = (tracked: TrackedIncidents, context: BatchContext): GroupingContext => ({
  ...context,
  earlyEnds: tracked.earlyEnds,
  maxAbsorbed: Math.max(0, MAX_INCIDENTS_PER_WRITE - tracked.items - 1),
});

/** A single incident always fits. */
const isFull = (tracked: TrackedIncidents): boolean =>
  tracked.items > 1 &&
  (tracked.items > MAX_INCIDENTS_PER_WRITE - MIN_ROOM || tracked.entries > MAX_ENTRIES_PER_WRITE);

/** Connects unfinished incidents until the batch is full; returns those that are left. */
const connectUnfinished = (
  tracked: TrackedIncidents,
  unfinished: readonly string[],
  context: BatchContext,
): string[] => {
  const left = [...unfinished];
  while (left.length > 0 && !isFull(tracked)) {
    tracked.apply(connectIncident(tracked.incidents, left.shift()!, contextOf(tracked, context)));
  }
  return left;
};

/**
 * Groups signals of one tenant, oldest first, into its incidents. An incident that went quiet before a signal is
 * resolved first; those quiet by `now` are resolved last. `unfinished` are ids from an earlier batch. Pure: the caller
 * writes the changes.
 */
export const groupBatch = (
  open: OpenIncidents,
  signals: readonly Signal[],
  context: BatchContext,
  unfinished: readonly string[] = [],
): GroupedBatch => {
  const tracked = new TrackedIncidents(open);
  const { now, policy } = context;
  const left = connectUnfinished(tracked, unfinished, context);
  let taken = 0;
  for (const signal of left.length > 0 ? [] : signals.toSorted(byTime)) {
    if (isFull(tracked)) break;
    tracked.resolveQuiet(Math.min(signal.at, now), policy);
    tracked.apply(groupSignal(tracked.incidents, signal, contextOf(tracked, context)), signal);
    taken++;
  }
  if (taken === signals.length && !isFull(tracked)) tracked.resolveQuiet(now, policy);
  return {
    changes: tracked.changes(),
    taken,
    earlyEnds: tracked.endsKeptAt(now),
    unfinished: [...left, ...tracked.unfinished],
  };
};
