import type { UpdateReason } from '../events/incident-events.ts';
import type { FoldPolicy } from '../incidents/fold-policy.ts';
import { type Incident, isOngoing } from '../incidents/incident.ts';
import type { IncidentBook, IncidentWrite, StoredIncident } from '../ports/incident-storage.ts';
import { announceIncident, joinPending } from './announce-incident.ts';

/** How often a tenant with ongoing incidents is looked at for quiet ones. The longest delay of a queue message. */
export const SETTLE_SECONDS = 900;
/** Signals may arrive this much late and still find the incident they reopen. */
const LATE_SECONDS = 3600;

/** One incident before and after a step, and what happened to it. */
export interface IncidentChange {
  /** Undefined: opened in this step. */
  readonly before: StoredIncident | undefined;
  readonly after: Incident;
  readonly reasons: ReadonlySet<UpdateReason>;
  readonly absorbed: readonly string[];
}

/** A step ready to be written. */
export interface PlannedStep {
  /** Undefined: nothing to write. */
  readonly write: IncidentWrite | undefined;
  /** Incidents with events to publish once the step is written, as stored then. */
  readonly tell: readonly StoredIncident[];
  /** A message that wakes the tenant after `SETTLE_SECONDS` must be sent before the write. */
  readonly wantsWake: boolean;
}

/** Whether new signals may still concern an incident. */
const isActive = (incident: Incident, now: number, { reopenWindowSeconds }: FoldPolicy): boolean =>
  isOngoing(incident) ||
  (incident.status === 'resolved' && now - incident.lastAt <= reopenWindowSeconds + LATE_SECONDS);

const storedAfter = ({ before, after, reasons, absorbed }: IncidentChange, now: number): StoredIncident => {
  const version = (before?.version ?? 0) + 1;
  const news = {
    isNew: before === undefined,
    isResolved: after.status === 'resolved' && before?.incident.status !== 'resolved',
    reasons: [...reasons],
    absorbed,
  };
  return {
    incident: after,
    version,
    pending: joinPending(before?.pending ?? [], announceIncident(after, version, now, news)),
  };
};

const sortedIds = (stored: readonly StoredIncident[]): string[] =>
  stored.map(({ incident }) => incident.incidentId).sort((a, b) => (a < b ? -1 : 1));

const sameIds = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

/** Whom the book holds after a step; absorbed incidents and those long over are gone. */
const incidentsAfter = (
  book: IncidentBook,
  changed: readonly StoredIncident[],
  absorbed: ReadonlyMap<string, string>,
): StoredIncident[] => {
  const byId = new Map(book.incidents.map((stored) => [stored.incident.incidentId, stored]));
  for (const stored of changed) byId.set(stored.incident.incidentId, stored);
  for (const id of absorbed.keys()) byId.delete(id);
  return [...byId.values()];
};

/** Turns the changes of a step into one write with its events. `now` in epoch seconds. */
export const planStep = (
  tenantId: string,
  book: IncidentBook,
  changes: readonly IncidentChange[],
  { now, policy }: { readonly now: number; readonly policy: FoldPolicy },
): PlannedStep => {
  const absorbed = new Map(
    changes.flatMap(({ after, absorbed: ids }) => ids.map((id) => [id, after.incidentId] as const)),
  );
  const changed = changes.map((change) => storedAfter(change, now));
  const after = incidentsAfter(book, changed, absorbed);
  // What is still to be told keeps an incident within reach of the next attempt.
  const active = after.filter(
    ({ incident, pending }) => pending.length > 0 || isActive(incident, now, policy),
  );
  const ids = sortedIds(active);
  const isOpen = active.some(({ incident }) => isOngoing(incident));
  const isDue = book.settleAt === undefined || book.settleAt <= now;
  const wantsWake = isOpen && isDue;
  const keptSettle = isOpen ? book.settleAt : undefined;
  const settleAt = wantsWake ? now + SETTLE_SECONDS : keptSettle;
  const isIdle =
    changed.length === 0 && sameIds(ids, sortedIds(book.incidents)) && settleAt === book.settleAt;
  const write = { tenantId, expectedVersion: book.version, changed, absorbed, active: ids, settleAt };
  return {
    write: isIdle ? undefined : write,
    tell: after.filter(({ pending }) => pending.length > 0),
    wantsWake,
  };
};
