import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Incident } from '../../core/incidents/incident.ts';
import type {
  IncidentStore,
  IncidentWrite,
  OpenIncidents,
  StoredIncident,
} from '../../core/incidents/ports.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { deflateJson, inflateJson } from '../aws/deflated-json.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { type ItemKey, tenantPk } from '../aws/dynamodb/item-key.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { absorbedBy, absorbedItem, incidentItem, readIncidentItem } from './incident-item.ts';
import { INCIDENTS, incidentKey, openIncidentsKey } from './item-keys.ts';

export interface IncidentStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly pace?: Pace;
}

const Book = z.object({
  v: z.number().int().positive(),
  active: z.array(z.string()),
  quietCheckAt: z.number().optional(),
  ends: z.instanceof(Uint8Array).optional(),
});
/** Written by `bookItem` only. */
const EarlyEnds = z.array(z.tuple([z.string(), z.number()]));

const UPDATES_AT_ONCE = 8;
/** An absorbed incident may have been absorbed again and again. */
const MOST_HOPS = 20;

const getItem = async ({ client, tableName }: IncidentStoreOptions, key: ItemKey) => {
  const get = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
  return (await withSdkErrors('reading incidents', () => client.send(get))).Item;
};

const readOpen = async (options: IncidentStoreOptions, tenantId: string): Promise<OpenIncidents> => {
  const item = await getItem(options, openIncidentsKey(tenantId));
  if (item === undefined) return { version: 0, incidents: [], quietCheckAt: undefined, earlyEnds: new Map() };
  const { v, active, quietCheckAt, ends } = Book.parse(item);
  const keys = active.map((id) => incidentKey(tenantId, id));
  const items = await batchGet(options.client, options.tableName, keys, options.pace ?? defaultPace);
  const found = items.filter((each) => absorbedBy(each) === undefined).map(readIncidentItem);
  const earlyEnds = new Map(ends === undefined ? [] : EarlyEnds.parse(inflateJson(ends)));
  return { version: v, incidents: found, quietCheckAt, earlyEnds };
};

const bookItem = ({ tenantId, expectedVersion, active, quietCheckAt, earlyEnds }: IncidentWrite) => ({
  ...openIncidentsKey(tenantId),
  v: expectedVersion + 1,
  active: [...active],
  quietCheckAt,
  ends: earlyEnds.size === 0 ? undefined : deflateJson([...earlyEnds]),
});

const transactionOf = ({ tableName, now }: IncidentStoreOptions, step: IncidentWrite) => {
  const { tenantId, expectedVersion, changed, absorbed } = step;
  const condition =
    expectedVersion === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': expectedVersion } };
  const items = [
    ...changed.map(incidentItem),
    ...[...absorbed].map(([id, into]) => absorbedItem(tenantId, id, into, now())),
  ];
  return [
    { Put: { TableName: tableName, Item: bookItem(step), ...condition } },
    ...items.map((Item) => ({ Put: { TableName: tableName, Item } })),
  ];
};

/** The book's version guards all incidents of the tenant: whoever writes any of them writes the book too. */
const write = async (options: IncidentStoreOptions, step: IncidentWrite): Promise<boolean> => {
  const command = new TransactWriteCommand({ TransactItems: transactionOf(options, step) });
  try {
    await withSdkErrors('storing incidents', () => options.client.send(command));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
    if (codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'))
      return false;
    throw new DependencyUnavailableError(`storing incidents: ${codes.join(', ')}`, { cause: error });
  }
};

const clearOne = async (
  { client, tableName }: IncidentStoreOptions,
  tenantId: string,
  { incident, version }: StoredIncident,
): Promise<void> => {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: incidentKey(tenantId, incident.incidentId),
    UpdateExpression: 'REMOVE pending',
    ConditionExpression: 'v = :v',
    ExpressionAttributeValues: { ':v': version },
  });
  try {
    await withSdkErrors('clearing told events', () => client.send(update));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const get = async (
  options: IncidentStoreOptions,
  tenantId: string,
  incidentId: string,
): Promise<StoredIncident | undefined> => {
  let id = incidentId;
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const item = await getItem(options, incidentKey(tenantId, id));
    if (item === undefined) return undefined;
    const into = absorbedBy(item);
    if (into === undefined) return readIncidentItem(item);
    id = into;
  }
  return undefined;
};

/** Looks at `limit` items, so that a page may be shorter where incidents were absorbed. */
const list = async (
  { client, tableName, now }: IncidentStoreOptions,
  tenantId: string,
  { limit, cursor }: PageRequest,
): Promise<Page<Incident>> => {
  const scope = `incidents:${tenantId}`;
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, z.tuple([z.string()]))[0];
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    FilterExpression: 'attribute_not_exists(mergedInto) AND expiresAt > :now',
    ExpressionAttributeValues: {
      ':pk': tenantPk(tenantId),
      ':sk': INCIDENTS,
      ':now': Math.floor(now() / 1000),
    },
    ScanIndexForward: false,
    Limit: limit,
    ExclusiveStartKey: after === undefined ? undefined : incidentKey(tenantId, after),
  });
  const { Items = [], LastEvaluatedKey } = await withSdkErrors('listing incidents', () => client.send(query));
  const last = z.object({ sk: z.string() }).safeParse(LastEvaluatedKey).data?.sk;
  return {
    items: Items.map((item) => readIncidentItem(item).incident),
    nextCursor: last === undefined ? undefined : encodeCursor(scope, [last.slice(INCIDENTS.length)]),
  };
};

/** Incidents in the registry table: one item each, and one per tenant that says which new signals may concern. */
export const dynamoIncidentStore = (options: IncidentStoreOptions): IncidentStore => ({
  readOpen: (tenantId) => readOpen(options, tenantId),
  write: (step) => write(options, step),
  clearPending: async (tenantId, incidents) => {
    await inParallel(UPDATES_AT_ONCE, incidents, (stored) => clearOne(options, tenantId, stored));
  },
  get: (tenantId, incidentId) => get(options, tenantId, incidentId),
  list: (tenantId, page) => list(options, tenantId, page),
});
