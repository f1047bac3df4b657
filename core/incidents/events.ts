/** Events of incidents. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES } from './incident.ts';

export const INCIDENTS_SOURCE = 'forestall.incidents';

/** Reasons for an update; one event may have several. */
export const UPDATE_REASONS = [
  'signals-joined',
  'signals-cleared',
  'incidents-merged',
  'change-attached',
  'reopened',
  'severity-raised',
  'acknowledged',
  'mitigated',
  'reviewed',
] as const;
export type UpdateReason = (typeof UPDATE_REASONS)[number];

const incidentFields = {
  ...eventFields,
  incidentId: z.string(),
  status: z.enum(INCIDENT_STATUSES),
  severity: z.enum(INCIDENT_SEVERITIES),
  startedAt: z.iso.datetime(),
  /** The first fifty, by name. */
  targets: z.array(z.string()),
  targetCount: z.number().int().positive(),
  /** Different signals: one for each target, kind, and metric or alarm. */
  signalCount: z.number().int().positive(),
};

export const IncidentOpened = z.object(incidentFields);

export const IncidentUpdated = z.object({
  ...incidentFields,
  reasons: z.array(z.enum(UPDATE_REASONS)).min(1),
  /** Ids of incidents that are part of this one from now on. */
  absorbed: z.array(z.string()),
});

export const IncidentResolved = z.object({
  ...incidentFields,
  resolvedAt: z.iso.datetime(),
  /** Seconds from the start of the harm. */
  secondsToDetect: z.number(),
  secondsToResolve: z.number(),
});

export const INCIDENTS_EVENTS = { IncidentOpened, IncidentUpdated, IncidentResolved } as const;
export type IncidentsEvent = EventOf<typeof INCIDENTS_EVENTS, typeof INCIDENTS_SOURCE>;
