import type { UpdateReason } from '../events.ts';
import type { Incident } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import type { IncidentChange } from '../lifecycle/plan-write.ts';
import { resolveQuiet } from '../lifecycle/resolve-quiet.ts';
import type { OpenIncidents, StoredIncident } from '../ports.ts';
import { hasRisen } from '../severity.ts';
import { dedupKey, type EndSignal, isEnd, type Signal } from '../signal.ts';
import { applyResult } from './group-signal.ts';
import type { GroupingKind, GroupingResult } from './grouping-result.ts';

/** Retention of an early end: five deliveries of a message take half an hour. */
const END_KEPT_SECONDS = 7200;
const MAX_EARLY_ENDS = 500;

const REASON_OF_KIND: Readonly<Partial<Record<GroupingKind, UpdateReason>>> = {
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

/** Growth is announced for every signal of a small incident, and then for every quarter. */
const SMALL_INCIDENT = 20;
const GROWTH = 1.25;
const sizeClass = ({ members }: Incident): number => {
  const size = Object.keys(members).length;
  return size <= SMALL_INCIDENT
    ? size
    : SMALL_INCIDENT + Math.floor(Math.log(size / SMALL_INCIDENT) / Math.log(GROWTH));
};

/** In a storm every batch adds signals; announcing each one would run every consumer again. */
const isGrowthAnnounced = (before: Incident, after: Incident): boolean =>
  Object.keys(after.members).length <= SMALL_INCIDENT || sizeClass(after) !== sizeClass(before);

const entriesOf = ({ members, seen }: Incident): number => Object.keys(members).length + seen.length;

/** Tracks the incidents of one tenant, and the changes to them, while signals are grouped. */
export class TrackedIncidents {
  incidents: readonly Incident[];
  readonly earlyEnds: Map<string, number>;
  readonly unfinished = new Set<string>();
  readonly #stored: ReadonlyMap<string, StoredIncident>;
  readonly #touched = new Map<string, Touched>();

  constructor(open: OpenIncidents) {
    this.incidents = open.incidents.map(({ incident }) => incident);
    this.earlyEnds = new Map(open.earlyEnds);
    this.#stored = new Map(open.incidents.map((stored) => [stored.incident.incidentId, stored]));
  }

  /** Number of stored incidents that change. */
  get items(): number {
    return [...this.#touched.values()].reduce((sum, { absorbed }) => sum + 1 + absorbed.size, 0);
  }

  /** Number of members and seen signals in the changed incidents. */
  get entries(): number {
    const changed = this.incidents.filter(({ incidentId }) => this.#touched.has(incidentId));
    return changed.reduce((sum, incident) => sum + entriesOf(incident), 0);
  }

  /** Resolves the incidents that were quiet for long enough at `at`. */
  resolveQuiet(at: number, policy: IncidentPolicy): void {
    this.incidents = this.incidents.map((incident) => {
      const resolved = resolveQuiet(incident, at, policy);
      if (resolved !== null) this.#touch(resolved.incidentId);
      return resolved ?? incident;
    });
  }

  /** Applies the result of grouping `signal`; undefined if incidents were only connected. */
  apply(result: GroupingResult, signal?: Signal): void {
    const { incident, change } = result;
    if (change.kind === 'early-end' && signal !== undefined && isEnd(signal)) this.#rememberEnd(signal);
    if (incident === null || change.kind === 'duplicate' || change.kind === 'ignored') return;
    this.incidents = applyResult(this.incidents, result);
    this.#record(incident.incidentId, change);
    // From here on the member itself holds its end.
    if (signal !== undefined && signal.kind !== 'change') this.earlyEnds.delete(dedupKey(signal));
  }

  /** The early ends to keep: recent ones, and only the newest if there are too many. */
  endsKeptAt(now: number): ReadonlyMap<string, number> {
    const kept = [...this.earlyEnds].filter(([, at]) => now - at <= END_KEPT_SECONDS);
    return new Map(kept.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).slice(-MAX_EARLY_ENDS));
  }

  changes(): IncidentChange[] {
    return [...this.#touched].map(([id, { before, reasons, absorbed }]): IncidentChange => {
      const after = this.incidents.find(({ incidentId }) => incidentId === id)!;
      const announced = new Set(reasons);
      if (before !== undefined) {
        if (hasRisen(before.incident.severity, after.severity)) announced.add('severity-raised');
        if (!isGrowthAnnounced(before.incident, after)) announced.delete('signals-joined');
      }
      // Incidents opened and absorbed within the batch were never stored.
      const gone = [...absorbed].filter((absorbedId) => this.#stored.has(absorbedId));
      return { before, after, reasons: announced, absorbed: gone };
    });
  }

  #rememberEnd(end: EndSignal): void {
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

  #record(id: string, { kind, absorbed, isUnfinished }: GroupingResult['change']): void {
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
