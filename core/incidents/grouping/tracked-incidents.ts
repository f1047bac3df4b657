import type { UpdateReason } from '../events.ts';
import { INCIDENT_SEVERITIES, type Incident } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import type { IncidentChange } from '../lifecycle/plan-write.ts';
import { resolveQuiet } from '../lifecycle/resolve-quiet.ts';
import type { OpenIncidents, StoredIncident } from '../ports.ts';
import { dedupKey, isEnd, type Signal } from '../signal.ts';
import { applyResult } from './group-signal.ts';
import type { GroupingResult } from './grouping-result.ts';

/** How long an end waits for what it ends: five deliveries of a message take half an hour. */
const END_KEPT_SECONDS = 7200;
const MOST_ENDS = 500;

const REASON_OF_KIND: Readonly<Partial<Record<GroupingResult['change']['kind'], UpdateReason>>> = {
  joined: 'signals-joined',
  merged: 'incidents-merged',
  cleared: 'signals-cleared',
  reopened: 'reopened',
  'change-attached': 'change-attached',
};

interface Touched {
  readonly before: StoredIncident | undefined;
  readonly reasons: Set<UpdateReason>;
  readonly absorbed: Set<string>;
}

const hasRisen = (before: Incident | undefined, after: Incident): boolean =>
  before !== undefined &&
  INCIDENT_SEVERITIES.indexOf(after.severity) > INCIDENT_SEVERITIES.indexOf(before.severity);

/** Growth of an incident is told signal by signal at first, and then whenever it has grown by a quarter. */
const TOLD_ONE_BY_ONE = 20;
const GROWTH = 1.25;
const sizeClass = ({ members }: Incident): number => {
  const size = Object.keys(members).length;
  return size <= TOLD_ONE_BY_ONE
    ? size
    : TOLD_ONE_BY_ONE + Math.floor(Math.log(size / TOLD_ONE_BY_ONE) / Math.log(GROWTH));
};

/** In a storm every batch adds signals: told each time, all that follows incidents would be done again and again. */
const hasGrown = (before: Incident, after: Incident): boolean =>
  Object.keys(after.members).length <= TOLD_ONE_BY_ONE || sizeClass(after) !== sizeClass(before);

const entriesOf = ({ members, seen }: Incident): number => Object.keys(members).length + seen.length;

/** Follows what happens to the incidents of one tenant while signals are folded in. */
export class Folding {
  incidents: readonly Incident[];
  readonly earlyEnds: Map<string, number>;
  readonly unfinished = new Set<string>();
  readonly #stored: ReadonlyMap<string, StoredIncident>;
  readonly #touched = new Map<string, Touched>();

  constructor(book: OpenIncidents) {
    this.incidents = book.incidents.map(({ incident }) => incident);
    this.earlyEnds = new Map(book.earlyEnds);
    this.#stored = new Map(book.incidents.map((stored) => [stored.incident.incidentId, stored]));
  }

  /** How many stored items change. */
  get items(): number {
    return [...this.#touched.values()].reduce((sum, { absorbed }) => sum + 1 + absorbed.size, 0);
  }

  /** How much these items hold. */
  get entries(): number {
    const changed = this.incidents.filter(({ incidentId }) => this.#touched.has(incidentId));
    return changed.reduce((sum, incident) => sum + entriesOf(incident), 0);
  }

  /** Resolves what had been quiet for long enough at `at`. */
  settle(at: number, policy: IncidentPolicy): void {
    this.incidents = this.incidents.map((incident) => {
      const settled = resolveQuiet(incident, at, policy);
      if (settled !== null) this.#touch(settled.incidentId);
      return settled ?? incident;
    });
  }

  /** Takes over what folding `signal` did; left out where incidents were only connected. */
  take(result: GroupingResult, signal?: Signal): void {
    const { incident, change } = result;
    if (change.kind === 'early-end' && signal !== undefined && isEnd(signal)) this.#remember(signal);
    if (incident === null || change.kind === 'duplicate' || change.kind === 'ignored') return;
    this.incidents = applyResult(this.incidents, result);
    this.#note(incident.incidentId, change);
    // From here on the member itself knows of its end.
    if (signal !== undefined && signal.kind !== 'change') this.earlyEnds.delete(dedupKey(signal));
  }

  /** The ends that still have something to wait for, the newest where there are too many. */
  endsKeptAt(now: number): ReadonlyMap<string, number> {
    const kept = [...this.earlyEnds].filter(([, at]) => now - at <= END_KEPT_SECONDS);
    return new Map(kept.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).slice(-MOST_ENDS));
  }

  changes(): IncidentChange[] {
    return [...this.#touched].map(([id, { before, reasons, absorbed }]): IncidentChange => {
      const after = this.incidents.find(({ incidentId }) => incidentId === id)!;
      if (hasRisen(before?.incident, after)) reasons.add('severity-raised');
      if (before !== undefined && !hasGrown(before.incident, after)) reasons.delete('signals-joined');
      // Incidents that were opened and absorbed within the batch were never stored.
      return { before, after, reasons, absorbed: [...absorbed].filter((gone) => this.#stored.has(gone)) };
    });
  }

  #remember(end: Parameters<typeof dedupKey>[0]): void {
    const key = dedupKey(end);
    this.earlyEnds.set(key, Math.max(end.at, this.earlyEnds.get(key) ?? end.at));
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

  #note(id: string, { kind, absorbed, isUnfinished }: GroupingResult['change']): void {
    const touched = this.#touch(id);
    const reason = REASON_OF_KIND[kind];
    if (reason !== undefined) touched.reasons.add(reason);
    for (const gone of absorbed) {
      touched.absorbed.add(gone);
      for (const earlier of this.#touched.get(gone)?.absorbed ?? []) touched.absorbed.add(earlier);
      this.#touched.delete(gone);
      this.unfinished.delete(gone);
    }
    if (isUnfinished) this.unfinished.add(id);
  }
}
