import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { Incident, IncidentStatus } from '../incident.ts';
import { addToTimeline } from '../timeline.ts';
import { reopen } from './reopen.ts';

/** Steps that a person or a workflow may take. A resolved incident may be opened again; a reviewed one is closed. */
export const ALLOWED_TRANSITIONS: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  open: ['acknowledged', 'mitigated', 'resolved'],
  acknowledged: ['mitigated', 'resolved'],
  mitigated: ['acknowledged', 'resolved'],
  resolved: ['open', 'reviewed'],
  reviewed: [],
};

/** A wanted step: who takes it, when (epoch seconds), and why. */
export interface Transition {
  readonly to: IncidentStatus;
  readonly at: number;
  readonly by: string;
  readonly note?: string;
  /** Told when it is resolved or reviewed; what is told later replaces what was told before. */
  readonly cause?: string;
  readonly fix?: string;
}

const CONCLUDING: readonly IncidentStatus[] = ['resolved', 'reviewed'];

/** The incident with what the step tells of its cause and its end. */
const conclude = (incident: Incident, { to, at, by, cause, fix }: Transition): Incident => {
  if (cause === undefined && fix === undefined) return incident;
  if (!CONCLUDING.includes(to)) {
    const message = `cause, fix: found with a step to ${to}, expected with one to ${CONCLUDING.join(' or ')}`;
    throw new InvalidInputError(message, { field: cause === undefined ? 'fix' : 'cause' });
  }
  const told = { ...(cause === undefined ? {} : { cause }), ...(fix === undefined ? {} : { fix }) };
  const parts = [
    ...(cause === undefined ? [] : [`cause: ${cause}`]),
    ...(fix === undefined ? [] : [`ended by: ${fix}`]),
  ];
  return {
    ...incident,
    conclusion: { ...incident.conclusion, ...told, by, at },
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

const stamp = (incident: Incident, { to, at }: Transition): Incident => {
  if (to === 'open') return reopen(incident, at);
  const field = STAMPS[to];
  const isFirst = to === 'acknowledged' && incident.acknowledgedAt !== undefined;
  return { ...incident, status: to, ...(isFirst ? {} : { [field]: at }) };
};

/**
 * Takes an incident to another status and writes it down. Throws ConflictError when it is there already, and
 * InvalidInputError when the step is not allowed or lies before the incident began.
 */
export const transition = (incident: Incident, step: Transition): Incident => {
  const { incidentId, status } = incident;
  if (step.to === status) throw new ConflictError(`incident ${incidentId} is ${status} already`);
  const allowed = ALLOWED_TRANSITIONS[status];
  if (!allowed.includes(step.to)) {
    const expected = allowed.length === 0 ? 'no further step' : allowed.join(', ');
    const message = `incident ${incidentId} is ${status}: found a step to ${step.to}, expected ${expected}`;
    throw new InvalidInputError(message, { field: 'to' });
  }
  if (step.at < incident.startedAt) {
    const message = `incident ${incidentId}: found a step at ${step.at}, expected none before its start ${incident.startedAt}`;
    throw new InvalidInputError(message, { field: 'at' });
  }
  const text = step.note === undefined ? `${status} to ${step.to}` : `${status} to ${step.to}: ${step.note}`;
  const moved = conclude(stamp(incident, step), step);
  return {
    ...moved,
    timeline: addToTimeline(moved.timeline, [
      { at: step.at, kind: 'status', key: step.to, text, by: step.by },
    ]),
  };
};
