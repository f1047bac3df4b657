import type { IncidentChange } from '../lifecycle/plan-write.ts';
import type { OpenIncidents } from '../ports.ts';
import { byTime, type Signal } from '../signal.ts';
import { connectIncident, groupSignal } from './group-signal.ts';
import type { GroupingContext } from './grouping-context.ts';
import { Folding } from './tracked-incidents.ts';

/** Items of one transaction besides the book: DynamoDB takes 100. */
const MOST_ITEMS = 99;
/** A step ends where fewer could still be absorbed: bridging two coincidences takes in about as many. */
const LEAST_ROOM = 40;
/** Members and seen signals that one transaction may hold: at most about 100 bytes each, of 4 MB. */
const MOST_ENTRIES = 20_000;

/** What a batch of signals did, and how many of them were taken. */
export interface GroupedBatch {
  readonly changes: readonly IncidentChange[];
  /** Signals of the batch, by time, that are dealt with; the others must be folded in a step of their own. */
  readonly taken: number;
  /** Ends that are still to meet what they end: dedup key -> epoch seconds. */
  readonly earlyEnds: ReadonlyMap<string, number>;
  /** Incidents to which more belong than one step could absorb: to be given to the next one. */
  readonly unfinished: readonly string[];
}

/** What folding looks at besides signals and book. */
export type Surroundings = Omit<GroupingContext, 'earlyEnds' | 'maxAbsorbed'>;

const contextOf = (folding: Folding, surroundings: Surroundings): GroupingContext => ({
  ...surroundings,
  earlyEnds: folding.earlyEnds,
  maxAbsorbed: Math.max(0, MOST_ITEMS - folding.items - 1),
});

/** One incident alone always fits. */
const isFull = (folding: Folding): boolean =>
  folding.items > 1 && (folding.items > MOST_ITEMS - LEAST_ROOM || folding.entries > MOST_ENTRIES);

/**
 * Folds signals of one tenant, oldest first, into its incidents. Before each signal the incidents that had been quiet
 * for long enough by then are resolved, and at the end those that are so now. `unfinished` names incidents of which an
 * earlier step could not absorb all. Pure; the caller writes the changes.
 */
export const groupBatch = (
  book: OpenIncidents,
  signals: readonly Signal[],
  surroundings: Surroundings,
  unfinished: readonly string[] = [],
): GroupedBatch => {
  const folding = new Folding(book);
  const { now, policy } = surroundings;
  const left = [...unfinished];
  while (left.length > 0 && !isFull(folding)) {
    folding.take(connectIncident(folding.incidents, left.shift()!, contextOf(folding, surroundings)));
  }
  const ordered = left.length > 0 ? [] : signals.toSorted(byTime);
  let taken = 0;
  for (const signal of ordered) {
    if (isFull(folding)) break;
    folding.settle(Math.min(signal.at, now), policy);
    folding.take(groupSignal(folding.incidents, signal, contextOf(folding, surroundings)), signal);
    taken++;
  }
  if (taken === signals.length && !isFull(folding)) folding.settle(now, policy);
  return {
    changes: folding.changes(),
    taken,
    earlyEnds: folding.endsKeptAt(now),
    unfinished: [...left, ...folding.unfinished],
  };
};
