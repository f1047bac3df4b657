import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { BreachFilter, BreachStore } from '../../core/forecasts/ports.ts';
import type { PredictedBreach } from '../../core/forecasts/target-forecast.ts';
import { decodeCursor, encodeCursor } from '../../core/shared/cursor.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { type Clock, type Collected, collectPage, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { breachItem, readBreachItem } from './breach-item.ts';
import { breachesOf, breachKey } from './item-keys.ts';

/** Name of the table's index by risk. */
const RISK_INDEX = 'byRisk';
/** Items that one query of a filtered list reads. */
const QUERY_ITEMS = 250;

export interface BreachStoreOptions extends DynamoTable, Clock {
  /** Counts and logs breaches that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** An older run never overwrites a newer one. */
const notNewer = (issuedAt: number) => ({
  ConditionExpression: 'attribute_not_exists(issuedAt) OR issuedAt <= :issuedAt',
  ExpressionAttributeValues: { ':issuedAt': issuedAt },
});

const stored: (options: BreachStoreOptions) => BreachStore['stored'] =
  (options) => async (tenantId, targetId) => {
    const { client, tableName, telemetry } = options;
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const query = new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':prefix': breachesOf(targetId) },
        ExclusiveStartKey: from,
      });
      const page = await withSdkErrors('reading predicted breaches', () => client.send(query));
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    const read = (item: Item): PredictedBreach => readBreachItem(tenantId, item);
    return new Map(readListed(items, read, telemetry).map((breach) => [breach.metric, breach]));
  };

const change: (options: BreachStoreOptions) => BreachStore['change'] =
  ({ client, tableName }) =>
  async ({ tenantId, targetId, issuedAt }, { put, remove }, lifetime) => {
    const condition = { TableName: tableName, ...notNewer(issuedAt) };
    const puts = put.map((breach) => new PutCommand({ ...condition, Item: breachItem(breach, lifetime) }));
    const deletes = remove.map(
      (metric) => new DeleteCommand({ ...condition, Key: breachKey(tenantId, targetId, metric) }),
    );
    const doing = 'storing predicted breaches';
    await Promise.all([
      ...puts.map((write) => ifConditionHolds(doing, () => client.send(write))),
      ...deletes.map((write) => ifConditionHolds(doing, () => client.send(write))),
    ]);
  };

const filterOf = (filter: BreachFilter, clock: Clock) => {
  const unexpired = notExpired(clock);
  // Breaches that an earlier release stored are listed until they expire.
  const listed = '(attribute_not_exists(listedUntil) OR listedUntil > :now)';
  const conditions = [unexpired.expression, listed];
  const values: Record<string, string | number> = { ...unexpired.values };
  const add = (condition: string, name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values[name] = value;
  };
  add('probability >= :minProbability', ':minProbability', filter.minProbability);
  add('severity = :severity', ':severity', filter.severity);
  add('targetId = :targetId', ':targetId', filter.targetId);
  return { expression: conditions.join(' AND '), values };
};

/** Risk and sort key of an item in the index. */
const Position = z.object({ risk: z.number(), sk: z.string() });
type Position = z.infer<typeof Position>;

const queryByRisk = async (
  options: BreachStoreOptions,
  tenantId: string,
  filter: BreachFilter,
  after: Position | undefined,
): Promise<Collected<Position>> => {
  const { client, tableName } = options;
  const { expression, values } = filterOf(filter, options);
  const pk = tenantPk(tenantId);
  const query = new QueryCommand({
    TableName: tableName,
    IndexName: RISK_INDEX,
    KeyConditionExpression: 'riskPk = :riskPk',
    FilterExpression: expression,
    ExpressionAttributeValues: { ...values, ':riskPk': pk },
    ScanIndexForward: false,
    Limit: QUERY_ITEMS,
    ExclusiveStartKey: after === undefined ? undefined : { riskPk: pk, risk: after.risk, pk, sk: after.sk },
  });
  const { Items = [], LastEvaluatedKey } = await withSdkErrors('listing predicted breaches', () =>
    client.send(query),
  );
  return { items: Items, next: Position.optional().parse(LastEvaluatedKey) };
};

/** DynamoDB refuses numbers closer to 0 than it can hold. */
const MIN_RISK = 1e-100;
const Risk = z
  .number()
  .min(0)
  .max(100)
  .refine((risk) => risk === 0 || risk >= MIN_RISK);
const CursorPosition = z.tuple([Risk, z.string()]);

const positionOf = (scope: string, cursor: string | undefined): Position | undefined => {
  if (cursor === undefined) return undefined;
  const [risk, sk] = decodeCursor(scope, cursor, CursorPosition);
  return { risk, sk };
};

/** One page of a tenant's breaches that pass the filter, highest risk first. */
const list = async (
  options: BreachStoreOptions,
  tenantId: string,
  filter: BreachFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<PredictedBreach>> => {
  const scope = `breaches:${tenantId}`;
  const { items, next } = await collectPage(
    limit,
    positionOf(scope, cursor),
    (after) => queryByRisk(options, tenantId, filter, after),
    (item) => Position.parse(item),
  );
  const read = (item: Item): PredictedBreach => readBreachItem(tenantId, item);
  return {
    items: readListed(items, read, options.telemetry),
    nextCursor: next && encodeCursor(scope, [next.risk, next.sk]),
  };
};

/** Predicted breaches, listed through an index by risk. */
export const dynamoBreachStore = (options: BreachStoreOptions): BreachStore => ({
  stored: stored(options),
  change: change(options),
  list: (tenantId, filter, page) => list(options, tenantId, filter, page),
});
