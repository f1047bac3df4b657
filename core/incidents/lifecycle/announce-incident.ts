import { INCIDENTS_SOURCE, type IncidentsEvent, type UpdateReason } from '../events.ts';
import { type Incident, targetsOf } from '../incident.ts';
import { responseTimes } from './response-times.ts';

const NAMED_TARGETS = 50;

/** What happened to an incident in one step. */
export interface IncidentNews {
  readonly isNew: boolean;
  readonly isResolved: boolean;
  readonly reasons: readonly UpdateReason[];
  readonly absorbed: readonly string[];
}

const iso = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

const commonOf = (incident: Incident, now: number) => {
  const targets = targetsOf(incident);
  const { tenantId, incidentId, status, severity } = incident;
  return {
    ...{ tenantId, incidentId, status, severity },
    occurredAt: iso(now),
    startedAt: iso(incident.startedAt),
    targets: targets.slice(0, NAMED_TARGETS),
    targetCount: targets.length,
    signalCount: Object.keys(incident.members).length,
  };
};

/**
 * The events of one step, in order: opened, updated, resolved. `version` is the one the step is stored as; ids derive
 * from it, so that telling a stored step again tells the same events. `now` in epoch seconds.
 */
export const announceIncident = (
  incident: Incident,
  version: number,
  now: number,
  news: IncidentNews,
): IncidentsEvent[] => {
  const common = commonOf(incident, now);
  const about = `${incident.tenantId}/${incident.incidentId}`;
  const events: IncidentsEvent[] = [];
  if (news.isNew) {
    const detail = { ...common, id: `IncidentOpened/${about}` };
    events.push({ name: 'IncidentOpened', source: INCIDENTS_SOURCE, detail });
  } else if (news.reasons.length > 0) {
    const id = `IncidentUpdated/${about}/${version}`;
    const detail = { ...common, id, reasons: [...news.reasons], absorbed: [...news.absorbed] };
    events.push({ name: 'IncidentUpdated', source: INCIDENTS_SOURCE, detail });
  }
  if (news.isResolved) {
    const { toDetect, toResolve } = responseTimes(incident);
    const detail = {
      ...common,
      id: `IncidentResolved/${about}/${version}`,
      resolvedAt: iso(incident.resolvedAt ?? now),
      secondsToDetect: toDetect,
      secondsToResolve: toResolve ?? 0,
    };
    events.push({ name: 'IncidentResolved', source: INCIDENTS_SOURCE, detail });
  }
  return events;
};

/** Joins what is still to be told with what is new; of updates that follow each other the last remains, with all their reasons. */
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
