import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Incident } from '../../core/incidents/incident.ts';
import type {
  IncidentStore,
  IncidentWrite,
  OpenIncidents,
  StoredIncident,
} from '../../core/incidents/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { atVersion, ifConditionHolds, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { type Clock, listUnder, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { absorbedItem, incidentItem, isAbsorbed, readIncidentItem } from './incident-item.ts';
import { INCIDENTS, incidentKey, openIncidentsKey } from './item-keys.ts';
import { openIncidentsItem, readOpenIncidentsItem } from './open-incidents-item.ts';

export interface IncidentStoreOptions extends DynamoTable, Clock {
  /** Counts and logs incidents that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
  readonly pace?: Pace;
}

const UPDATES_AT_ONCE = 8;
/** An incident that absorbed another may have been absorbed itself. */
const MAX_HOPS = 20;

/** Fails if any incident cannot be read: omitting it would remove it from the list with the next write. */
const readOpen = async (options: IncidentStoreOptions, tenantId: string): Promise<OpenIncidents> => {
  const item = await getItem(options, openIncidentsKey(tenantId), 'reading open incidents');
  if (item === undefined) return { version: 0, incidents: [], quietCheckAt: undefined, earlyEnds: new Map() };
  const { v, active, quietCheckAt, ends } = readOpenIncidentsItem(item);
  const keys = active.map((id) => incidentKey(tenantId, id));
  const items = await batchGet(options, keys, options.pace ?? defaultPace);
  const incidents = items.map(readIncidentItem).flatMap((stored) => (isAbsorbed(stored) ? [] : [stored]));
  return { version: v, incidents, quietCheckAt, earlyEnds: new Map(ends) };
};

const putsOf = ({ tableName, now }: IncidentStoreOptions, write: IncidentWrite) => {
  const { tenantId, expectedVersion, changed, absorbed } = write;
  const items = [
    ...changed.map(incidentItem),
    ...[...absorbed].map(([id, into]) => absorbedItem(tenantId, id, into, now())),
  ];
  return [
    { Put: { TableName: tableName, Item: openIncidentsItem(write), ...atVersion(expectedVersion) } },
    ...items.map((Item) => ({ Put: { TableName: tableName, Item } })),
  ];
};

const clearOne = async (
  { client, tableName }: DynamoTable,
  tenantId: string,
  { incident, version }: StoredIncident,
): Promise<void> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: { ...incidentKey(tenantId, incident.incidentId) },
    UpdateExpression: 'REMOVE pending',
    ...atVersion(version),
  });
  await ifConditionHolds('clearing published events', () => client.send(update));
};

const get = async (
  options: IncidentStoreOptions,
  tenantId: string,
  incidentId: string,
): Promise<StoredIncident | undefined> => {
  let id = incidentId;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const item = await getItem(options, incidentKey(tenantId, id), 'reading an incident');
    if (item === undefined) return undefined;
    const stored = readIncidentItem(item);
    if (!isAbsorbed(stored)) return stored;
    id = stored.mergedInto;
  }
  return undefined;
};

/** A page is short if incidents in its range were absorbed. */
const list = async (
  options: IncidentStoreOptions,
  tenantId: string,
  page: PageRequest,
): Promise<Page<Incident>> => {
  const { expression, values } = notExpired(options);
  const filter = { expression: `attribute_not_exists(mergedInto) AND ${expression}`, values };
  const { items, nextCursor } = await listUnder(options, tenantId, {
    ...{ scope: `incidents:${tenantId}`, prefix: INCIDENTS, page, order: 'newest first', filter },
    doing: 'listing incidents',
  });
  const stored = readListed(items, readIncidentItem, options.telemetry);
  return { items: stored.flatMap((each) => (isAbsorbed(each) ? [] : [each.incident])), nextCursor };
};

/** Incidents: one item each, and one item per tenant that lists the incidents that new signals may join. */
export const dynamoIncidentStore = (options: IncidentStoreOptions): IncidentStore => ({
  readOpen: (tenantId) => readOpen(options, tenantId),
  // Every write to an incident also increments the version of the tenant's list, which protects all of them.
  write: async (write) =>
    (await writeTogether(options, 'storing incidents', putsOf(options, write))) === 'written',
  clearPending: async (tenantId, incidents) => {
    await inParallel(UPDATES_AT_ONCE, incidents, (stored) => clearOne(options, tenantId, stored));
  },
  get: (tenantId, incidentId) => get(options, tenantId, incidentId),
  list: (tenantId, page) => list(options, tenantId, page),
});
