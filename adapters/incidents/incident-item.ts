import * as z from 'zod';
import type { IncidentsEvent } from '../../core/incidents/events.ts';
import type { Incident } from '../../core/incidents/incident.ts';
import type { StoredIncident } from '../../core/incidents/ports.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { deflateJson, inflateJson } from '../aws/deflated-json.ts';
import { incidentKey } from './item-keys.ts';

/** How long an incident is kept after its last signal. */
export const KEPT_SECONDS = 400 * DAY_SECONDS;

/** An incident itself, or where it went when it was absorbed by another. */
const IncidentItem = z.object({
  v: z.number().int().positive(),
  data: z.instanceof(Uint8Array),
  pending: z.instanceof(Uint8Array).optional(),
});
const AbsorbedItem = z.object({ mergedInto: z.string() });

/** What is shown in the console without unpacking the rest. */
const summaryOf = ({ status, severity }: Incident) => ({ status, severity });

/** The item of an incident as it is to be stored; `version` is the one it has then. */
export const incidentItem = ({ incident, version, pending }: StoredIncident) => ({
  ...incidentKey(incident.tenantId, incident.incidentId),
  ...summaryOf(incident),
  v: version,
  data: deflateJson(incident),
  pending: pending.length === 0 ? undefined : deflateJson(pending),
  expiresAt: Math.floor(incident.lastAt) + KEPT_SECONDS,
});

/** What remains of an incident that is part of another. */
export const absorbedItem = (tenantId: string, incidentId: string, mergedInto: string, now: number) => ({
  ...incidentKey(tenantId, incidentId),
  mergedInto,
  expiresAt: Math.floor(now / 1000) + KEPT_SECONDS,
});

/** Both were written by `incidentItem`, and only there, so their shape is known. */
export const readIncidentItem = (item: unknown): StoredIncident => {
  const { v, data, pending } = IncidentItem.parse(item);
  return {
    incident: inflateJson(data) as Incident,
    version: v,
    pending: pending === undefined ? [] : (inflateJson(pending) as IncidentsEvent[]),
  };
};

/** Id of the incident that an item points to; undefined where it holds one itself. */
export const absorbedBy = (item: unknown): string | undefined =>
  AbsorbedItem.safeParse(item).data?.mergedInto;
