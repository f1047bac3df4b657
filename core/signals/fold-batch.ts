import type { UpdateReason } from '../events/incident-events.ts';
import type { FoldContext } from '../incidents/fold-policy.ts';
import type { FoldResult } from '../incidents/fold-result.ts';
import { applyFold, foldSignal } from '../incidents/fold-signal.ts';
import { INCIDENT_SEVERITIES, type Incident } from '../incidents/incident.ts';
import { settleIncident } from '../incidents/settle-incident.ts';
import type { Signal } from '../incidents/signal.ts';
import type { IncidentBook, StoredIncident } from '../ports/incident-storage.ts';
import type { IncidentChange } from './incident-step.ts';

/** Different signals one incident keeps: with more of them its record would outgrow a stored item. */
export const MOST_MEMBERS = 3000;
/** Incidents one step may touch: a transaction holds 100 items. */
const MOST_TOUCHED = 90;

const REASON_OF_FOLD: Readonly<Partial<Record<FoldResult['change']['kind'], UpdateReason>>> = {
  joined: 'signals-joined',
  merged: 'incidents-merged',
  cleared: 'signals-cleared',
  reopened: 'reopened',
  'change-attached': 'change-attached',
};

/** What a batch of signals did, and how many of them were taken. */
export interface FoldedBatch {
  readonly changes: readonly IncidentChange[];
  /** Signals of the batch that are dealt with; the others must be folded in a step of their own. */
  readonly taken: number;
  /** Signals of incidents that hold as many as they can. */
  readonly leftOut: number;
}

interface Touched {
  readonly before: StoredIncident | undefined;
  readonly reasons: Set<UpdateReason>;
  readonly absorbed: Set<string>;
}

/** Follows what happens to the incidents of one tenant while signals are folded in. */
class Folding {
  incidents: readonly Incident[];
  leftOut = 0;
  readonly #stored: ReadonlyMap<string, StoredIncident>;
  readonly #touched = new Map<string, Touched>();

  constructor(book: IncidentBook) {
    this.incidents = book.incidents.map(({ incident }) => incident);
    this.#stored = new Map(book.incidents.map((stored) => [stored.incident.incidentId, stored]));
  }

  get touched(): number {
    return [...this.#touched.values()].reduce((sum, { absorbed }) => sum + 1 + absorbed.size, 0);
  }

  /** Resolves what had been quiet for long enough at `at`. */
  settle(at: number, { policy }: FoldContext): void {
    this.incidents = this.incidents.map((incident) => {
      const settled = settleIncident(incident, at, policy);
      if (settled !== null) this.#touch(settled.incidentId);
      return settled ?? incident;
    });
  }

  fold(signal: Signal, context: FoldContext): void {
    const result = foldSignal(this.incidents, signal, context);
    const { incident, change } = result;
    if (incident === null || change.kind === 'duplicate') return;
    if (Object.keys(incident.members).length > MOST_MEMBERS) {
      this.leftOut++;
      return;
    }
    this.incidents = applyFold(this.incidents, result);
    this.#note(incident.incidentId, change);
  }

  changes(): IncidentChange[] {
    return [...this.#touched].flatMap(([id, { before, reasons, absorbed }]): IncidentChange[] => {
      const after = this.incidents.find(({ incidentId }) => incidentId === id);
      if (after === undefined) return [];
      if (hasRisen(before?.incident, after)) reasons.add('severity-raised');
      // Incidents that were opened and absorbed within the batch were never stored.
      return [{ before, after, reasons, absorbed: [...absorbed].filter((gone) => this.#stored.has(gone)) }];
    });
  }

  #touch(id: string): Touched {
    const known = this.#touched.get(id) ?? {
      before: this.#stored.get(id),
      reasons: new Set<UpdateReason>(),
      absorbed: new Set<string>(),
    };
    this.#touched.set(id, known);
    return known;
  }

  #note(id: string, { kind, absorbed }: FoldResult['change']): void {
    const touched = this.#touch(id);
    const reason = REASON_OF_FOLD[kind];
    if (reason !== undefined) touched.reasons.add(reason);
    for (const gone of absorbed) {
      touched.absorbed.add(gone);
      for (const earlier of this.#touched.get(gone)?.absorbed ?? []) touched.absorbed.add(earlier);
      this.#touched.delete(gone);
    }
  }
}

const hasRisen = (before: Incident | undefined, after: Incident): boolean =>
  before !== undefined &&
  INCIDENT_SEVERITIES.indexOf(after.severity) > INCIDENT_SEVERITIES.indexOf(before.severity);

/**
 * Folds signals of one tenant, oldest first, into its incidents. Before each signal the incidents that had been quiet
 * for long enough by then are resolved, and at the end those that are so now. Pure; the caller writes the changes.
 */
export const foldBatch = (
  book: IncidentBook,
  signals: readonly Signal[],
  context: FoldContext,
): FoldedBatch => {
  const folding = new Folding(book);
  const ordered = signals.toSorted((a, b) => a.at - b.at || (a.signalId < b.signalId ? -1 : 1));
  let taken = 0;
  for (const signal of ordered) {
    if (folding.touched >= MOST_TOUCHED) break;
    folding.settle(Math.min(signal.at, context.now), context);
    folding.fold(signal, context);
    taken++;
  }
  if (taken === ordered.length) folding.settle(context.now, context);
  return { changes: folding.changes(), taken, leftOut: folding.leftOut };
};
