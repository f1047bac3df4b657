import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Anomaly, AnomalyFilter } from '../../core/anomalies/ports.ts';
import { oldestActive } from '../../core/anomalies/watching/active-anomaly.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { AnomalyItem, anomalyOf } from './anomaly-item.ts';
import { anomalySks } from './item-keys.ts';

/** Items looked at by one query of a filtered list, and queries made for one page before it is returned short. */
const QUERY_ITEMS = 250;
const QUERIES_PER_PAGE = 8;

export interface AnomalyStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

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
  if (filter.isActive === true) conditions.push('attribute_not_exists(endedAt)');
  // DynamoDB refuses an empty map of names.
  const named = Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names };
  return { expression: conditions.join(' AND '), values, named };
};

/** First and last sort key that can hold what is wanted. Those that go on are young. */
const rangeOf = ({ from, to, isActive }: AnomalyFilter, nowSeconds: number) => {
  const first = isActive === true ? Math.max(from ?? 0, oldestActive(nowSeconds)) : from;
  return {
    from: first === undefined ? anomalySks.first : anomalySks.from(first),
    until: to === undefined ? anomalySks.last : anomalySks.until(to),
  };
};

const cursorScope = (tenantId: string): string => `anomalies:${tenantId}`;

const queryNewest = async (
  { client, tableName, now }: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  after: string | undefined,
): Promise<{ readonly items: readonly AnomalyItem[]; readonly next: string | undefined }> => {
  const nowSeconds = Math.floor(now() / 1000);
  const { expression, values, named } = filterOf(filter, nowSeconds);
  const { from, until } = rangeOf(filter, nowSeconds);
  // DynamoDB refuses a range that ends before it begins, and a start outside it: time may have moved on.
  if (from > until || (after !== undefined && after < from)) return { items: [], next: undefined };
  const pk = tenantPk(tenantId);
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
    FilterExpression: expression,
    ...named,
    ExpressionAttributeValues: {
      ...values,
      ':pk': pk,
      ':from': from,
      ':until': until,
    },
    ScanIndexForward: false,
    Limit: QUERY_ITEMS,
    ExclusiveStartKey: after === undefined ? undefined : { pk, sk: after },
  });
  const page = await withSdkErrors('listing anomalies', () => client.send(query));
  const last = z.object({ sk: z.string() }).optional().parse(page.LastEvaluatedKey);
  return { items: z.array(AnomalyItem).parse(page.Items ?? []), next: last?.sk };
};

/** A page goes on after its last item, or after the last item looked at where the filter let too few through. */
export const listAnomalies = async (
  options: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Anomaly>> => {
  const scope = cursorScope(tenantId);
  const found: AnomalyItem[] = [];
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
