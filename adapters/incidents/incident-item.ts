import * as z from 'zod';
import {
  INCIDENTS_SOURCE,
  IncidentOpened,
  IncidentResolved,
  type IncidentsEvent,
  IncidentUpdated,
} from '../../core/incidents/events.ts';
import {
  type Coincidence,
  type Conclusion,
  INCIDENT_SEVERITIES,
  INCIDENT_STATUSES,
  type Incident,
  TIMELINE_KINDS,
  type TimelineEntry,
} from '../../core/incidents/incident.ts';
import type { StoredIncident } from '../../core/incidents/ports.ts';
import { INCIDENT_RETENTION_SECONDS } from '../../core/incidents/retention.ts';
import type { ChangeSignal } from '../../core/incidents/signal.ts';
import { StoredMember } from '../../core/incidents/stored-schemas.ts';
import { StoredActor } from '../../core/platform/actor.ts';
import { objectOf } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { incidentKey } from './item-keys.ts';

/** Retention of an incident after its last signal. */

const Entry: z.ZodType<TimelineEntry> = objectOf<TimelineEntry>()({
  at: z.number(),
  kind: z.enum(TIMELINE_KINDS),
  key: z.string(),
  text: z.string(),
  by: StoredActor.exactOptional(),
});

const Change: z.ZodType<ChangeSignal> = objectOf<ChangeSignal>()({
  kind: z.literal('change'),
  signalId: z.string(),
  tenantId: z.string(),
  targetId: z.string(),
  at: z.number(),
  causeKeys: z.array(z.string()).exactOptional(),
  summary: z.string(),
});

const Outcome: z.ZodType<Conclusion> = objectOf<Conclusion>()({
  cause: z.string().exactOptional(),
  fix: z.string().exactOptional(),
  by: StoredActor,
  at: z.number(),
});

const Whole: z.ZodType<Incident> = objectOf<Incident>()({
  incidentId: z.string(),
  tenantId: z.string(),
  status: z.enum(INCIDENT_STATUSES),
  severity: z.enum(INCIDENT_SEVERITIES),
  startedAt: z.number(),
  lastAt: z.number(),
  detectedAt: z.number(),
  acknowledgedAt: z.number().exactOptional(),
  mitigatedAt: z.number().exactOptional(),
  resolvedAt: z.number().exactOptional(),
  reviewedAt: z.number().exactOptional(),
  conclusion: Outcome.exactOptional(),
  reopenCount: z.number(),
  members: z.record(z.string(), StoredMember),
  causeKeys: z.array(z.string()),
  coincidences: z
    .array(objectOf<Coincidence>()({ subject: z.string(), at: z.number(), targets: z.number() }))
    .exactOptional(),
  omittedSignals: z.number().exactOptional(),
  changes: z.array(Change),
  timeline: z.array(Entry),
  seen: z.array(z.string()),
});

const source = z.literal(INCIDENTS_SOURCE);
const Pending: z.ZodType<IncidentsEvent> = z.discriminatedUnion('name', [
  z.object({ name: z.literal('IncidentOpened'), source, detail: IncidentOpened }),
  z.object({ name: z.literal('IncidentUpdated'), source, detail: IncidentUpdated }),
  z.object({ name: z.literal('IncidentResolved'), source, detail: IncidentResolved }),
]);

const IncidentItem = z.object({
  v: z.number().int().positive(),
  data: deflated(Whole),
  pending: deflated(z.array(Pending)).optional(),
});
const INCIDENT: StoredFormat<z.infer<typeof IncidentItem>> = {
  kind: 'incident',
  version: 2,
  // Version 1 named those who changed an incident by a text, which `StoredActor` reads.
  upgrades: { 1: (older) => older },
  schema: IncidentItem,
};

const AbsorbedItem = z.object({ mergedInto: z.string() });
const ABSORBED: StoredFormat<z.infer<typeof AbsorbedItem>> = {
  kind: 'absorbed incident',
  version: 1,
  schema: AbsorbedItem,
};

/** The item of an incident, at the version that it has once it is stored. */
export const incidentItem = ({ incident, version, pending }: StoredIncident): Item => ({
  ...incidentKey(incident.tenantId, incident.incidentId),
  ...schemaVersionOf(INCIDENT),
  // Shown in the console without unpacking the rest.
  ...{ status: incident.status, severity: incident.severity },
  v: version,
  data: deflateJson(incident),
  pending: pending.length === 0 ? undefined : deflateJson(pending),
  expiresAt: Math.floor(incident.lastAt) + INCIDENT_RETENTION_SECONDS,
});

/** The item that remains of an absorbed incident: the id of the one that absorbed it. */
export const absorbedItem = (
  tenantId: string,
  incidentId: string,
  mergedInto: string,
  now: number,
): Item => ({
  ...incidentKey(tenantId, incidentId),
  ...schemaVersionOf(ABSORBED),
  mergedInto,
  expiresAt: Math.floor(now / 1000) + INCIDENT_RETENTION_SECONDS,
});

/** The id of the incident that absorbed the one under this key. */
export interface Absorbed {
  readonly mergedInto: string;
}

/** @throws UnreadableItemError */
export const readIncidentItem = (item: Item): StoredIncident | Absorbed => {
  if (item.mergedInto !== undefined) return readItem(ABSORBED, item);
  const { data, v, pending = [] } = readItem(INCIDENT, item);
  return { incident: data, version: v, pending };
};

export const isAbsorbed = (stored: StoredIncident | Absorbed): stored is Absorbed => 'mergedInto' in stored;
