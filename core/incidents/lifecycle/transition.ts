import type { Actor } from '../../platform/actor.ts';
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { Incident, IncidentStatus } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';
import { reopen } from './reopen.ts';

/** Transitions that a person or a workflow may request. A resolved incident may be reopened; a reviewed one is closed. */
export const ALLOWED_TRANSITIONS: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  open: ['acknowledged', 'mitigated', 'resolved'],
  acknowledged: ['mitigated', 'resolved'],
  mitigated: ['acknowledged', 'resolved'],
  resolved: ['open', 'reviewed'],
  reviewed: [],
};

/** A requested transition: its author, its time (epoch seconds) and its reason. */
export interface Transition {
  readonly to: IncidentStatus;
  readonly at: number;
  readonly by: Actor;
  readonly note?: string;
  /** Allowed when resolving or reviewing. A later cause or fix replaces an earlier one. */
  readonly cause?: string;
  readonly fix?: string;
}

const joinedByOr = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Error message about a transition that the status of an incident does not allow. */
export const refusalOf = (
  { incidentId, status }: Pick<Incident, 'incidentId' | 'status'>,
  to: IncidentStatus,
): string => {
  const allowed = ALLOWED_TRANSITIONS[status];
  const expected = allowed.length === 0 ? 'no further transition' : `one to ${joinedByOr(allowed)}`;
  return `incident ${incidentId} is ${status}: found a transition to ${to}, expected ${expected}`;
};

const CONCLUDING: readonly IncidentStatus[] = ['resolved', 'reviewed'];

const conclude = (incident: Incident, { to, at, by, cause, fix }: Transition): Incident => {
  if (cause === undefined && fix === undefined) return incident;
  if (!CONCLUDING.includes(to)) {
    const message = `cause, fix: found with a transition to ${to}, expected with one to ${joinedByOr(CONCLUDING)}`;
    throw new InvalidInputError(message, { field: cause === undefined ? 'fix' : 'cause' });
  }
  const parts = [
    ...(cause === undefined ? [] : [`cause: ${cause}`]),
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ];
  return {
    ...incident,
    conclusion: {
      ...incident.conclusion,
      ...(cause === undefined ? {} : { cause }),
      ...(fix === undefined ? {} : { fix }),
      ...{ by, at },
    },
    timeline: addToTimeline(incident.timeline, [
      { at, kind: 'note', key: `conclusion-${to}`, text: parts.join('; '), by },
    ]),
  };
};

const STAMPS = {
  acknowledged: 'acknowledgedAt',
  mitigated: 'mitigatedAt',
  resolved: 'resolvedAt',
  reviewed: 'reviewedAt',
} as const;

const stamp = (incident: Incident, { to, at, by }: Transition): Incident => {
  if (to === 'open') return reopen(incident, at, `by ${by.name}`);
  const field = STAMPS[to];
  const isRepeated = to === 'acknowledged' && incident.acknowledgedAt !== undefined;
  return { ...incident, status: to, ...(isRepeated ? {} : { [field]: at }) };
};

/**
 * Changes the status of an incident and records it in the timeline.
 * @throws ConflictError if the incident has the status already
 * @throws InvalidInputError if the transition is not allowed or predates the incident
 */
export const transition = (incident: Incident, requested: Transition): Incident => {
  const { incidentId, status } = incident;
  const { to, at, by, note } = requested;
  if (to === status) throw new ConflictError(`incident ${incidentId} is already ${status}`);
  if (!ALLOWED_TRANSITIONS[status].includes(to)) {
    throw new InvalidInputError(refusalOf(incident, to), { field: 'to' });
  }
  if (at < incident.startedAt) {
    const message = `incident ${incidentId}: found a transition at ${at}, expected one after its start at ${incident.startedAt}`;
    throw new InvalidInputError(message, { field: 'at' });
  }
  const text = note === undefined ? `${status} to ${to}` : `${status} to ${to}: ${note}`;
  const changed = conclude(stamp(incident, requested), requested);
  return {
    ...changed,
    timeline: addToTimeline(changed.timeline, [{ at, kind: 'status', key: to, text, by }]),
  };
};
