/** Keys of the items of the context incidents, and of the list of changes that incidents read. */
import { type ItemKey, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';

/** Starts the sort keys of all incidents of a tenant. Incident ids start with their time, so keys sort by it. */
export const INCIDENTS = 'INCIDENT#';
export const incidentKey = (tenantId: string, incidentId: string): ItemKey =>
  tenantKey(tenantId, `${INCIDENTS}${incidentId}`);

/** List of the tenant's incidents that new signals can join. */
export const openIncidentsKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'INCIDENTS');

export const causesKey = (tenantId: string, incidentId: string): ItemKey =>
  tenantKey(tenantId, `CAUSES#${incidentId}`);

/** Prefix of the sort keys of past incidents. */
export const PAST_INCIDENTS = 'PAST#';
export const pastIncidentKey = (tenantId: string, incidentId: string): ItemKey =>
  tenantKey(tenantId, `${PAST_INCIDENTS}${incidentId}`);

export const graphKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'GRAPH');

/** Sort keys of a tenant's changes, by time. The context changes writes these items. */
export const changeSks = timedKeys('CHANGE');
