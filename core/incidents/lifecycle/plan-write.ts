import { HOUR_SECONDS } from '../../shared/time.ts';
import type { UpdateReason } from '../events.ts';
import { type Incident, isOngoing } from '../incident.ts';
import type { IncidentPolicy } from '../incident-policy.ts';
import {
  type IncidentWrite,
  MAX_QUIET_CHECK_SECONDS,
  type OpenIncidents,
  type StoredIncident,
} from '../ports.ts';
import { incidentEvents, joinPending } from './incident-events.ts';
import { resolvesAt } from './resolve-quiet.ts';

/** Quiet checks closer together than this are merged. */
const MIN_QUIET_CHECK_SECONDS = 60;
/** A signal may arrive this late and still find the incident that it reopens. */
const LATE_SECONDS = HOUR_SECONDS;

/** One incident before and after a write, and the reasons for the change. */
export interface IncidentChange {
  /** Undefined: the incident is new. */
  readonly before: StoredIncident | undefined;
  readonly after: Incident;
  readonly reasons: ReadonlySet<UpdateReason>;
  readonly absorbed: readonly string[];
}

export interface PlannedWrite {
  /** Undefined: nothing to write. */
  readonly write: IncidentWrite | undefined;
  /** Incidents with events to publish after the write, as stored by it. */
  readonly toAnnounce: readonly StoredIncident[];
  /** Delay of a quiet check to request before the write; undefined: none. */
  readonly checkAfterSeconds: number | undefined;
}

interface Moment {
  /** Epoch seconds. */
  readonly now: number;
  readonly policy: IncidentPolicy;
}

/** True while new signals may join or reopen the incident. */
const mayTakeSignals = (incident: Incident, { now, policy }: Moment): boolean =>
  isOngoing(incident) ||
  (incident.status === 'resolved' && now - incident.lastAt <= policy.reopenWindowSeconds + LATE_SECONDS);

const storedAfter = ({ before, after, reasons, absorbed }: IncidentChange, now: number): StoredIncident => {
  const version = (before?.version ?? 0) + 1;
  const outcome = {
    isNew: before === undefined,
    isResolved: after.status === 'resolved' && before?.incident.status !== 'resolved',
    reasons: [...reasons],
    absorbed,
  };
  const events = incidentEvents(after, version, now, outcome);
  return { incident: after, version, pending: joinPending(before?.pending ?? [], events) };
};

const sortedIds = (stored: readonly StoredIncident[]): string[] =>
  stored.map(({ incident }) => incident.incidentId).sort((a, b) => (a < b ? -1 : 1));

const sameIds = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

const sameEnds = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  a.size === b.size && [...a].every(([key, at]) => b.get(key) === at);

/** The open incidents with the changes applied and without the absorbed ones. */
const incidentsAfter = (
  open: OpenIncidents,
  changed: readonly StoredIncident[],
  absorbed: ReadonlyMap<string, string>,
): StoredIncident[] => {
  const byId = new Map(open.incidents.map((stored) => [stored.incident.incidentId, stored]));
  for (const stored of changed) byId.set(stored.incident.incidentId, stored);
  for (const id of absorbed.keys()) byId.delete(id);
  return [...byId.values()];
};

/** Delay until the first incident may resolve; undefined if none is ongoing or a scheduled check is soon enough. */
const nextCheckAfter = (
  ongoing: readonly Incident[],
  quietCheckAt: number | undefined,
  { now, policy }: Moment,
): number | undefined => {
  if (ongoing.length === 0) return undefined;
  const first = Math.min(...ongoing.map((incident) => resolvesAt(incident, policy)));
  const delay = Math.ceil(Math.min(MAX_QUIET_CHECK_SECONDS, Math.max(MIN_QUIET_CHECK_SECONDS, first - now)));
  const isScheduled = quietCheckAt !== undefined && quietCheckAt > now;
  return isScheduled && quietCheckAt <= now + delay + MIN_QUIET_CHECK_SECONDS ? undefined : delay;
};

const isIdle = (open: OpenIncidents, { changed, active, quietCheckAt, earlyEnds }: IncidentWrite): boolean =>
  changed.length === 0 &&
  sameIds(active, sortedIds(open.incidents)) &&
  quietCheckAt === open.quietCheckAt &&
  sameEnds(earlyEnds, open.earlyEnds);

/** Turns changes of a tenant's open incidents into one write and its events. */
export const planWrite = (
  tenantId: string,
  open: OpenIncidents,
  changes: readonly IncidentChange[],
  moment: Moment,
  earlyEnds: ReadonlyMap<string, number> = open.earlyEnds,
): PlannedWrite => {
  const absorbed = new Map(
    changes.flatMap(({ after, absorbed: ids }) => ids.map((id) => [id, after.incidentId] as const)),
  );
  const changed = changes.map((change) => storedAfter(change, moment.now));
  const after = incidentsAfter(open, changed, absorbed);
  const toAnnounce = after.filter(({ pending }) => pending.length > 0);
  // Incidents with pending events stay within reach of the next attempt.
  const active = after.filter(
    (stored) => stored.pending.length > 0 || mayTakeSignals(stored.incident, moment),
  );
  const ongoing = active.map(({ incident }) => incident).filter(isOngoing);
  const checkAfterSeconds = nextCheckAfter(ongoing, open.quietCheckAt, moment);
  const scheduled = ongoing.length > 0 ? open.quietCheckAt : undefined;
  const write: IncidentWrite = {
    ...{ tenantId, expectedVersion: open.version, changed, absorbed, earlyEnds },
    active: sortedIds(active),
    quietCheckAt: checkAfterSeconds === undefined ? scheduled : moment.now + checkAfterSeconds,
  };
  return { write: isIdle(open, write) ? undefined : write, toAnnounce, checkAfterSeconds };
};
