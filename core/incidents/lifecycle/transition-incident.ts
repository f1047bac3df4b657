import { ConflictError, DependencyUnavailableError } from '../../shared/errors.ts';
import type { UpdateReason } from '../events.ts';
import { commitWrite, type GroupingDeps, publishPending } from '../grouping/group-signals.ts';
import type { Incident, IncidentStatus } from '../incident.ts';
import { INCIDENT_POLICY } from '../incident-policy.ts';
import type { IncidentStore, OpenIncidents, StoredIncident } from '../ports.ts';
import { type IncidentChange, planWrite } from './plan-write.ts';
import { ALLOWED_TRANSITIONS, transition } from './transition.ts';

export interface TransitionDeps extends Pick<GroupingDeps, 'signals' | 'events' | 'now' | 'pause'> {
  readonly incidents: Pick<IncidentStore, 'readOpen' | 'write' | 'clearPending' | 'get'>;
}

/** A step that somebody wants to take with an incident. */
export interface RequestedTransition {
  readonly to: IncidentStatus;
  readonly by: string;
  readonly note?: string | undefined;
  readonly cause?: string | undefined;
  readonly fix?: string | undefined;
}

const ATTEMPTS = 8;

const REASONS: Readonly<Partial<Record<IncidentStatus, UpdateReason>>> = {
  open: 'reopened',
  acknowledged: 'acknowledged',
  mitigated: 'mitigated',
  reviewed: 'reviewed',
};

const findStored = async (
  { incidents }: TransitionDeps,
  tenantId: string,
  incidentId: string,
  book: OpenIncidents,
): Promise<StoredIncident | undefined> =>
  book.incidents.find(({ incident }) => incident.incidentId === incidentId) ??
  incidents.get(tenantId, incidentId);

const moved = (stored: StoredIncident, wanted: RequestedTransition, now: number): IncidentChange => {
  const { to, by, note, cause, fix } = wanted;
  const { incident } = stored;
  const allowed = ALLOWED_TRANSITIONS[incident.status];
  if (!allowed.includes(to)) {
    const expected = allowed.length === 0 ? 'no further step' : allowed.join(', ');
    throw new ConflictError(
      `incident ${incident.incidentId} is ${incident.status}: expected ${expected}, found ${to}`,
    );
  }
  // A sender's clock may run ahead of ours by more than the incident is old.
  const at = Math.max(now, incident.startedAt);
  const after = transition(incident, {
    ...{ to, at, by },
    ...(note === undefined ? {} : { note }),
    ...(cause === undefined ? {} : { cause }),
    ...(fix === undefined ? {} : { fix }),
  });
  const reason = REASONS[to];
  return { before: stored, after, reasons: new Set(reason === undefined ? [] : [reason]), absorbed: [] };
};

const moveOnce = async (
  deps: TransitionDeps,
  tenantId: string,
  incidentId: string,
  wanted: RequestedTransition,
): Promise<Incident | 'unknown' | 'lost'> => {
  const now = Math.floor(deps.now() / 1000);
  const book = await deps.incidents.readOpen(tenantId);
  const stored = await findStored(deps, tenantId, incidentId, book);
  if (stored === undefined) return 'unknown';
  // An earlier attempt may have stored the step and failed to tell of it.
  if (stored.pending.length > 0) await publishPending(deps, tenantId, [stored]);
  const change = moved(stored, wanted, now);
  const step = planWrite(tenantId, book, [change], { now, policy: INCIDENT_POLICY });
  if (!(await commitWrite(deps, tenantId, step))) return 'lost';
  await publishPending(deps, tenantId, step.tell);
  return change.after;
};

/**
 * Takes an incident to another status, stores that and tells of it; undefined where there is no such incident.
 * @throws ConflictError where its status does not allow the step
 * @throws DependencyUnavailableError when others keep writing to the tenant's incidents
 */
export const transitionIncident = async (
  deps: TransitionDeps,
  tenantId: string,
  incidentId: string,
  wanted: RequestedTransition,
): Promise<Incident | undefined> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcome = await moveOnce(deps, tenantId, incidentId, wanted);
    if (outcome === 'unknown') return undefined;
    if (outcome !== 'lost') return outcome;
    await deps.pause(attempt);
  }
  throw new DependencyUnavailableError(`incident ${incidentId} kept changing while it was moved`);
};
