import { isoOfSeconds } from '../../shared/time.ts';
import { INCIDENTS_SOURCE, type IncidentsEvent, type UpdateReason } from '../events.ts';
import { type Incident, targetsOf } from '../incident.ts';
import { responseTimes } from './response-times.ts';

const MAX_NAMED_TARGETS = 50;

/** The result of one write to an incident. */
export interface IncidentOutcome {
  readonly isNew: boolean;
  readonly isResolved: boolean;
  readonly reasons: readonly UpdateReason[];
  readonly absorbed: readonly string[];
}

const sharedFields = (incident: Incident, now: number) => {
  const targets = targetsOf(incident);
  const { tenantId, incidentId, status, severity } = incident;
  return {
    ...{ tenantId, incidentId, status, severity },
    occurredAt: isoOfSeconds(now),
    startedAt: isoOfSeconds(incident.startedAt),
    targets: targets.slice(0, MAX_NAMED_TARGETS),
    targetCount: targets.length,
    signalCount: Object.keys(incident.members).length,
  };
};

const resolvedEvent = (incident: Incident, version: number, now: number): IncidentsEvent => {
  const { toDetect, toResolve } = responseTimes(incident);
  return {
    name: 'IncidentResolved',
    source: INCIDENTS_SOURCE,
    detail: {
      ...sharedFields(incident, now),
      id: `IncidentResolved/${incident.tenantId}/${incident.incidentId}/${version}`,
      resolvedAt: isoOfSeconds(incident.resolvedAt ?? now),
      secondsToDetect: toDetect,
      secondsToResolve: toResolve ?? 0,
    },
  };
};

/**
 * The events of one write, in order: opened or updated, then resolved. Their ids derive from `version`, the version that
 * the write stores, so repeating them repeats the same ids. `now` in epoch seconds.
 */
export const incidentEvents = (
  incident: Incident,
  version: number,
  now: number,
  { isNew, isResolved, reasons, absorbed }: IncidentOutcome,
): IncidentsEvent[] => {
  const shared = sharedFields(incident, now);
  const about = `${incident.tenantId}/${incident.incidentId}`;
  const events: IncidentsEvent[] = [];
  if (isNew) {
    const detail = { ...shared, id: `IncidentOpened/${about}` };
    events.push({ name: 'IncidentOpened', source: INCIDENTS_SOURCE, detail });
  } else if (reasons.length > 0) {
    const id = `IncidentUpdated/${about}/${version}`;
    const detail = { ...shared, id, reasons: [...reasons], absorbed: [...absorbed] };
    events.push({ name: 'IncidentUpdated', source: INCIDENTS_SOURCE, detail });
  }
  if (isResolved) events.push(resolvedEvent(incident, version, now));
  return events;
};

/** Appends new events to pending ones. Consecutive updates become one: the newest, with the reasons of all. */
export const joinPending = (
  pending: readonly IncidentsEvent[],
  added: readonly IncidentsEvent[],
): readonly IncidentsEvent[] => {
  const joined = [...pending];
  for (const event of added) {
    const last = joined.at(-1);
    if (last?.name !== 'IncidentUpdated' || event.name !== 'IncidentUpdated') {
      joined.push(event);
      continue;
    }
    const reasons = [...new Set([...last.detail.reasons, ...event.detail.reasons])];
    const absorbed = [...new Set([...last.detail.absorbed, ...event.detail.absorbed])];
    joined[joined.length - 1] = { ...event, detail: { ...event.detail, reasons, absorbed } };
  }
  return joined;
};
