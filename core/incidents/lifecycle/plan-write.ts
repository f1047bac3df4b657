import { HOUR_SECONDS } from '../../shared/time.ts';
import type { UpdateReason } from '../events.ts';
import { type Incident, isOngoing } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import type { IncidentWrite, OpenIncidents, StoredIncident } from '../ports.ts';
import { announceIncident, joinPending } from './announce-incident.ts';
import { quietAt } from './resolve-quiet.ts';

/** The longest time until a tenant with ongoing incidents is looked at again: a queue message waits no longer. */
export const SETTLE_SECONDS = 900;
/** Looks nearer to each other than this are one. */
const SETTLE_GRAIN_SECONDS = 60;
/** Signals may arrive this much late and still find the incident they reopen. */
const LATE_SECONDS = HOUR_SECONDS;

/** One incident before and after a step, and what happened to it. */
export interface IncidentChange {
  /** Undefined: opened in this step. */
  readonly before: StoredIncident | undefined;
  readonly after: Incident;
  readonly reasons: ReadonlySet<UpdateReason>;
  readonly absorbed: readonly string[];
}

/** A step ready to be written. */
export interface PlannedWrite {
  /** Undefined: nothing to write. */
  readonly write: IncidentWrite | undefined;
  /** Incidents with events to publish once the step is written, as stored then. */
  readonly tell: readonly StoredIncident[];
  /** A message that wakes the tenant after so many seconds must be sent before the write; undefined: none. */
  readonly wakeAfter: number | undefined;
}

/** Whether new signals may still concern an incident. */
const isActive = (incident: Incident, now: number, { reopenWindowSeconds }: IncidentPolicy): boolean =>
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
  book: OpenIncidents,
  changed: readonly StoredIncident[],
  absorbed: ReadonlyMap<string, string>,
): StoredIncident[] => {
  const byId = new Map(book.incidents.map((stored) => [stored.incident.incidentId, stored]));
  for (const stored of changed) byId.set(stored.incident.incidentId, stored);
  for (const id of absorbed.keys()) byId.delete(id);
  return [...byId.values()];
};

/**
 * After how many seconds to look for quiet incidents again: when the first may settle. Undefined where nothing is
 * ongoing, or a look that was asked for before comes soon enough.
 */
const wakeAfter = (
  active: readonly StoredIncident[],
  quietCheckAt: number | undefined,
  { now, policy }: { readonly now: number; readonly policy: IncidentPolicy },
): number | undefined => {
  const ongoing = active.filter(({ incident }) => isOngoing(incident));
  if (ongoing.length === 0) return undefined;
  const first = ongoing.reduce((least, { incident }) => Math.min(least, quietAt(incident, policy)), Infinity);
  const delay = Math.ceil(Math.min(SETTLE_SECONDS, Math.max(SETTLE_GRAIN_SECONDS, first - now)));
  const isAskedFor = quietCheckAt !== undefined && quietCheckAt > now;
  return isAskedFor && quietCheckAt <= now + delay + SETTLE_GRAIN_SECONDS ? undefined : delay;
};

const sameEnds = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  a.size === b.size && [...a].every(([key, at]) => b.get(key) === at);

/** Turns the changes of a step into one write with its events. `now` in epoch seconds. */
export const planWrite = (
  tenantId: string,
  book: OpenIncidents,
  changes: readonly IncidentChange[],
  { now, policy }: { readonly now: number; readonly policy: IncidentPolicy },
  earlyEnds: ReadonlyMap<string, number> = book.earlyEnds,
): PlannedWrite => {
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
  const delay = wakeAfter(active, book.quietCheckAt, { now, policy });
  const keptSettle = isOpen ? book.quietCheckAt : undefined;
  const quietCheckAt = delay === undefined ? keptSettle : now + delay;
  const isIdle =
    changed.length === 0 &&
    sameIds(ids, sortedIds(book.incidents)) &&
    quietCheckAt === book.quietCheckAt &&
    sameEnds(earlyEnds, book.earlyEnds);
  const write = {
    ...{ tenantId, expectedVersion: book.version, changed, absorbed, active: ids, quietCheckAt, earlyEnds },
  };
  return {
    write: isIdle ? undefined : write,
    tell: after.filter(({ pending }) => pending.length > 0),
    wakeAfter: delay,
  };
};
