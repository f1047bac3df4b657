import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Anomaly, oldestActive } from '../../core/anomalies/anomaly.ts';
import type { AnomalyFilter } from '../../core/anomalies/ports.ts';
import { decodeCursor, encodeCursor } from '../../core/shared/cursor.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { tenantKey, tenantPk } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { type Clock, type Collected, collectPage, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { readAnomalyItem } from './anomaly-item.ts';
import { anomalySks } from './item-keys.ts';

/** Items that one query of a filtered list reads. */
const QUERY_ITEMS = 250;

export interface AnomalyStoreOptions extends DynamoTable, Clock {
  /** Counts and logs anomalies that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

const filterOf = (filter: AnomalyFilter, clock: Clock) => {
  const unexpired = notExpired(clock);
  const conditions = [unexpired.expression];
  const values: Record<string, string | number> = { ...unexpired.values };
  const names: Record<string, string> = {};
  for (const name of ['targetId', 'metric', 'kind'] as const) {
    const wanted = filter[name];
    if (wanted === undefined) continue;
    conditions.push(`#${name} = :${name}`);
    names[`#${name}`] = name;
    values[`:${name}`] = wanted;
  }
  if (filter.isActive === true) conditions.push('attribute_not_exists(endedAt)');
  // DynamoDB rejects an empty map of names.
  const named = Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names };
  return { expression: conditions.join(' AND '), values, named };
};

/** First and last sort key that the filter allows. Active anomalies are recent. */
const rangeOf = ({ from, to, isActive }: AnomalyFilter, nowSeconds: number) => {
  const first = isActive === true ? Math.max(from ?? 0, oldestActive(nowSeconds)) : from;
  return {
    from: first === undefined ? anomalySks.first : anomalySks.from(first),
    until: to === undefined ? anomalySks.last : anomalySks.until(to),
  };
};

const Keyed = z.object({ sk: z.string() });

const queryNewest = async (
  { client, tableName, now }: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  after: string | undefined,
): Promise<Collected<string>> => {
  const { expression, values, named } = filterOf(filter, { now });
  const { from, until } = rangeOf(filter, Math.floor(now() / 1000));
  // DynamoDB rejects a range that ends before it begins, and a start outside the range, which may have moved since.
  const isOutside = after !== undefined && (after < from || after > until);
  if (from > until || isOutside) return { items: [], next: undefined };
  const query = new QueryCommand({
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
    FilterExpression: expression,
    ...named,
    ExpressionAttributeValues: { ...values, ':pk': tenantPk(tenantId), ':from': from, ':until': until },
    ScanIndexForward: false,
    Limit: QUERY_ITEMS,
    ExclusiveStartKey: after === undefined ? undefined : { ...tenantKey(tenantId, after) },
  });
  const { Items = [], LastEvaluatedKey } = await withSdkErrors('listing anomalies', () => client.send(query));
  return { items: Items, next: Keyed.optional().parse(LastEvaluatedKey)?.sk };
};

/** One page of a tenant's anomalies that pass the filter, newest first. */
export const listAnomalies = async (
  options: AnomalyStoreOptions,
  tenantId: string,
  filter: AnomalyFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Anomaly>> => {
  const scope = `anomalies:${tenantId}`;
  const { items, next } = await collectPage(
    limit,
    cursor === undefined ? undefined : decodeCursor(scope, cursor, z.tuple([z.string()]))[0],
    (after) => queryNewest(options, tenantId, filter, after),
    (item) => Keyed.parse(item).sk,
  );
  const read = (item: Item): Anomaly => readAnomalyItem(tenantId, item).anomaly;
  return {
    items: readListed(items, read, options.telemetry),
    nextCursor: next === undefined ? undefined : encodeCursor(scope, [next]),
  };
};
