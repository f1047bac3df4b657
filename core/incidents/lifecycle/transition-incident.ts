import type { Actor } from '../../platform/actor.ts';
import { ConflictError } from '../../shared/errors.ts';
import type { UpdateReason } from '../events.ts';
import type { Incident, IncidentStatus } from '../incident.ts';
import { INCIDENT_POLICY } from '../incident-policy.ts';
import type { IncidentStore, OpenIncidents, StoredIncident } from '../ports.ts';
import { type CommitDeps, commitWrite, publishPending, untilWritten } from './commit-write.ts';
import { type IncidentChange, planWrite } from './plan-write.ts';
import { ALLOWED_TRANSITIONS, refusalOf, transition } from './transition.ts';

export interface TransitionDeps extends CommitDeps {
  readonly incidents: Pick<IncidentStore, 'readOpen' | 'write' | 'clearPending' | 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits before the next attempt. */
  readonly pause: (attempt: number) => Promise<void>;
}

export interface RequestedTransition {
  readonly to: IncidentStatus;
  readonly by: Actor;
  readonly note?: string | undefined;
  readonly cause?: string | undefined;
  readonly fix?: string | undefined;
}

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
  open: OpenIncidents,
): Promise<StoredIncident | undefined> =>
  open.incidents.find(({ incident }) => incident.incidentId === incidentId) ??
  incidents.get(tenantId, incidentId);

const transitioned = (
  stored: StoredIncident,
  requested: RequestedTransition,
  now: number,
): IncidentChange => {
  const { to, by, note, cause, fix } = requested;
  const { incident } = stored;
  if (!ALLOWED_TRANSITIONS[incident.status].includes(to)) throw new ConflictError(refusalOf(incident, to));
  // A sender's clock may be ahead of ours by more than the age of the incident.
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

const attempt = async (
  deps: TransitionDeps,
  tenantId: string,
  incidentId: string,
  requested: RequestedTransition,
): Promise<Incident | undefined | 'lost-race'> => {
  const now = Math.floor(deps.now() / 1000);
  const open = await deps.incidents.readOpen(tenantId);
  const stored = await findStored(deps, tenantId, incidentId, open);
  if (stored === undefined) return undefined;
  // An earlier attempt may have stored the transition and failed to announce it.
  if (stored.pending.length > 0) await publishPending(deps, tenantId, [stored]);
  const change = transitioned(stored, requested, now);
  const planned = planWrite(tenantId, open, [change], { now, policy: INCIDENT_POLICY });
  return (await commitWrite(deps, tenantId, planned)) ? change.after : 'lost-race';
};

/**
 * Changes the status of an incident, stores and announces it; undefined if the incident does not exist.
 * @throws ConflictError if its status does not allow the transition
 * @throws InvalidInputError if a cause or fix comes with a transition other than to resolved or reviewed
 * @throws DependencyUnavailableError if other writers keep changing the tenant's incidents
 */
export const transitionIncident = (
  deps: TransitionDeps,
  tenantId: string,
  incidentId: string,
  requested: RequestedTransition,
): Promise<Incident | undefined> =>
  untilWritten(deps.pause, `incident ${incidentId} could not be changed`, () =>
    attempt(deps, tenantId, incidentId, requested),
  );
