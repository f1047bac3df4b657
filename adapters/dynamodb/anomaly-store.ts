import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ANOMALY_KINDS } from '../../core/anomalies/anomaly-kinds.ts';
import { decodeCursor, encodeCursor } from '../../core/api/cursor.ts';
import type { Anomaly, AnomalyFilter, AnomalyStore } from '../../core/ports/anomaly-storage.ts';
import type { Page, PageRequest } from '../../core/ports/metric-storage.ts';
import { registryKeys } from '../../core/storage/keys.ts';
import { calling } from '../sdk-failure.ts';
import { inParallel } from './in-parallel.ts';

const WRITES_AT_ONCE = 8;
/** Items looked at by one query of a filtered list, and queries made for one page before it is returned short. */
const QUERY_ITEMS = 250;
const QUERIES_PER_PAGE = 8;

const Detail = z.object({
  value: z.number(),
  since: z.number(),
  score: z.number(),
  oneIn: z.number(),
  parts: z.record(z.string(), z.number()),
  expected: z.object({ lower: z.number(), upper: z.number() }).optional(),
  reason: z.string(),
  silenced: z.string().optional(),
});
const Item = z.object({
  sk: z.string(),
  targetId: z.string(),
  metric: z.string(),
  kind: z.enum(ANOMALY_KINDS),
  at: z.number(),
  /** Text: a metric's values may exceed the range of DynamoDB's numbers. */
  detail: z.string(),
});
type Item = z.infer<typeof Item>;

export interface AnomalyStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const placeOf = ({ tenantId, timestamp, targetId, metric }: Anomaly) => ({
  pk: registryKeys.tenant(tenantId),
  sk: registryKeys.anomaly(timestamp, targetId, metric),
});

const itemOf = (anomaly: Anomaly, expiresAt: number) => {
  const { targetId, metric, kind, timestamp, value, since, score, oneIn, parts } = anomaly;
  const { expected, reason, silenced } = anomaly;
  const detail: z.infer<typeof Detail> = { value, since, score, oneIn, parts, expected, reason, silenced };
  return {
    ...placeOf(anomaly),
    ...{ targetId, metric, kind, at: timestamp, detail: JSON.stringify(detail), expiresAt },
    announced: silenced !== undefined,
  };
};

const anomalyOf = (tenantId: string, item: Item): Anomaly => {
  const { targetId, metric, kind, at, detail } = item;
  const { expected, silenced, ...rest } = Detail.parse(JSON.parse(detail));
  return { tenantId, targetId, metric, kind, timestamp: at, ...rest, expected, silenced };
};

/** Stores an anomaly unless it is; tells whether its event is still owed. */
const recordOne = async (
  { client, tableName }: AnomalyStoreOptions,
  anomaly: Anomaly,
  expiresAt: number,
): Promise<boolean> => {
  const condition = { TableName: tableName, ConditionExpression: 'attribute_not_exists(pk)' };
  const put = new PutCommand({ ...condition, Item: itemOf(anomaly, expiresAt) });
  try {
    await calling('storing an anomaly', () => client.send(put));
    return anomaly.silenced === undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  const get = new GetCommand({ TableName: tableName, Key: placeOf(anomaly), ConsistentRead: true });
  const { Item: stored } = await calling('reading an anomaly', () => client.send(get));
  return stored?.announced === false;
};

const filterOf = (filter: AnomalyFilter, nowSeconds: number) => {
  const conditions = ['expiresAt > :now'];
  const values: Record<string, string | number> = { ':now': nowSeconds };
  const names: Record<string, string> = {};
  for (const name of ['targetId', 'metric', 'kind'] as const) {
    const wanted = filter[name];
    if (wanted === undefined) continue;
    conditions.push(`#${name} = :${name}`);
    names[`#${name}`] = name;
    values[`:${name}`] = wanted;
  }
  // DynamoDB refuses an empty map of names.
  const named = Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names };
  return { expression: conditions.join(' AND '), values, named };
};

/** Everything that begins so, where a side of the range is open: `$` follows `#`. */
const EVERYTHING = { from: registryKeys.anomalies, until: 'ANOMALY$' };

const cursorScope = (tenantId: string): string => `anomalies:${tenantId}`;

const queryNewest = async (
  { client, tableName, now }: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  after: string | undefined,
) => {
  const { expression, values, named } = filterOf(filter, Math.floor(now() / 1000));
  const { from, to } = filter;
  const pk = registryKeys.tenant(tenantId);
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
    FilterExpression: expression,
    ...named,
    ExpressionAttributeValues: {
      ...values,
      ':pk': pk,
      ':from': from === undefined ? EVERYTHING.from : registryKeys.anomaliesFrom(from),
      ':until': to === undefined ? EVERYTHING.until : registryKeys.anomaliesUntil(to),
    },
    ScanIndexForward: false,
    Limit: QUERY_ITEMS,
    ExclusiveStartKey: after === undefined ? undefined : { pk, sk: after },
  });
  const page = await calling('listing anomalies', () => client.send(query));
  const last = z.object({ sk: z.string() }).optional().parse(page.LastEvaluatedKey);
  return { items: z.array(Item).parse(page.Items ?? []), next: last?.sk };
};

/** A page goes on after its last item, or after the last item looked at where the filter let too few through. */
const list = async (
  options: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Anomaly>> => {
  const scope = cursorScope(tenantId);
  const found: Item[] = [];
  let next = cursor === undefined ? undefined : decodeCursor(scope, cursor, z.tuple([z.string()]))[0];
  for (let queries = 0; queries < QUERIES_PER_PAGE && found.length <= limit; queries++) {
    const page = await queryNewest(options, tenantId, filter, next);
    found.push(...page.items);
    next = page.next;
    if (next === undefined) break;
  }
  const items = found.slice(0, limit);
  const goesOnAfter = found.length > limit ? items.at(-1)?.sk : next;
  return {
    items: items.map((item) => anomalyOf(tenantId, item)),
    nextCursor: goesOnAfter === undefined ? undefined : encodeCursor(scope, [goesOnAfter]),
  };
};

/** Anomalies in the registry table, in order of their time. */
export const dynamoAnomalyStore = (options: AnomalyStoreOptions): AnomalyStore => ({
  record: async (anomalies, expiresAt) => {
    const owed = await inParallel(WRITES_AT_ONCE, anomalies, (one) => recordOne(options, one, expiresAt));
    return anomalies.filter((_, index) => owed[index]);
  },
  markAnnounced: async (anomalies) => {
    await inParallel(WRITES_AT_ONCE, anomalies, (anomaly) => {
      const update = new UpdateCommand({
        TableName: options.tableName,
        Key: placeOf(anomaly),
        UpdateExpression: 'SET announced = :announced',
        ExpressionAttributeValues: { ':announced': true },
        // Expired in the meantime, it must not come back as a fragment.
        ConditionExpression: 'attribute_exists(pk)',
      });
      return calling('marking an anomaly', () => options.client.send(update));
    });
  },
  list: (tenantId, filter, page) => list(options, tenantId, filter, page),
});
