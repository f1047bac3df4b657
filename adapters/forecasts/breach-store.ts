import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { SEVERITIES } from '../../core/forecasts/breach-risk.ts';
import type { BreachFilter, BreachStore } from '../../core/forecasts/ports.ts';
import type { PredictedBreach } from '../../core/forecasts/target-forecast.ts';
import { PROFILES } from '../../core/metrics/targets/target.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { breachesOf, breachKey } from './item-keys.ts';

/** Name of the registry table's index by risk. */
export const RISK_INDEX = 'byRisk';
/** Items looked at by one query of a filtered list, and queries made for one page before it is returned short. */
const QUERY_ITEMS = 250;
const QUERIES_PER_PAGE = 8;

const PredictedBreachDetail = z.object({
  targetId: z.string(),
  metric: z.string(),
  profile: z.enum(PROFILES),
  runId: z.string(),
  issuedAt: z.number(),
  risk: z.number(),
  threshold: z.object({
    direction: z.enum(['above', 'below']),
    limit: z.number(),
    source: z.enum(['fixed', 'historical']),
  }),
  breach: z.object({
    probability: z.number(),
    timeToImpactSeconds: z.object({ p10: z.number(), p50: z.number(), p90: z.number() }).nullable(),
    expectedShareBeyond: z.number(),
    severity: z.enum(SEVERITIES),
  }),
  expectedPeak: z.number(),
});
const Item = z.object({ sk: z.string(), risk: z.number(), detail: z.string() });
type Item = z.infer<typeof Item>;

export interface BreachStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const cursorScope = (tenantId: string): string => `breaches:${tenantId}`;

/** Later runs expire later, so the expiry also orders them: an older run never undoes a newer one. */
const NOT_NEWER = 'attribute_not_exists(pk) OR expiresAt <= :expiresAt';

const itemOf = (breach: PredictedBreach, expiresAt: number) => {
  const { tenantId, ...rest } = breach;
  const detail: z.infer<typeof PredictedBreachDetail> = rest;
  return {
    ...breachKey(tenantId, breach.targetId, breach.metric),
    riskPk: tenantPk(tenantId),
    risk: breach.risk,
    // What lists filter by. The rest is text: a metric's values may exceed the range of DynamoDB's numbers.
    targetId: breach.targetId,
    probability: breach.breach.probability,
    severity: breach.breach.severity,
    detail: JSON.stringify(detail),
    expiresAt,
  };
};

const unlessNewer = async (write: () => Promise<unknown>): Promise<void> => {
  try {
    await withSdkErrors('storing predicted breaches', write);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

const storedKeys = async ({ client, tableName }: BreachStoreOptions, pk: string, prefix: string) => {
  const page = await withSdkErrors('reading predicted breaches', () =>
    client.send(
      new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        ProjectionExpression: 'sk',
      }),
    ),
  );
  return z.array(z.object({ sk: z.string() })).parse(page.Items ?? []);
};

const filterOf = (filter: BreachFilter, nowSeconds: number) => {
  const conditions = ['expiresAt > :now'];
  const values: Record<string, string | number> = { ':now': nowSeconds };
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

const breachOf = (tenantId: string, { detail }: Item): PredictedBreach => ({
  tenantId,
  ...PredictedBreachDetail.parse(JSON.parse(detail)),
});

const startKey = (tenantId: string, cursor: string | undefined): Record<string, unknown> | undefined => {
  if (cursor === undefined) return undefined;
  const [risk, sk] = decodeCursor(cursorScope(tenantId), cursor, z.tuple([z.number(), z.string()]));
  const pk = tenantPk(tenantId);
  return { riskPk: pk, risk, pk, sk };
};

const queryByRisk = async (
  { client, tableName, now }: BreachStoreOptions,
  tenantId: string,
  filter: BreachFilter,
  from: Record<string, unknown> | undefined,
) => {
  const { expression, values } = filterOf(filter, Math.floor(now() / 1000));
  const page = await withSdkErrors('listing predicted breaches', () =>
    client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: RISK_INDEX,
        KeyConditionExpression: 'riskPk = :riskPk',
        FilterExpression: expression,
        ExpressionAttributeValues: { ...values, ':riskPk': tenantPk(tenantId) },
        ScanIndexForward: false,
        Limit: QUERY_ITEMS,
        ExclusiveStartKey: from,
      }),
    ),
  );
  return { items: z.array(Item).parse(page.Items ?? []), next: page.LastEvaluatedKey };
};

const Position = z.object({ risk: z.number(), sk: z.string() });

/** A page goes on after its last item, or after the last item looked at where the filter let too few through. */
const list = async (
  options: BreachStoreOptions,
  tenantId: string,
  filter: BreachFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<PredictedBreach>> => {
  const found: Item[] = [];
  let next = startKey(tenantId, cursor);
  for (let queries = 0; queries < QUERIES_PER_PAGE && found.length <= limit; queries++) {
    const page = await queryByRisk(options, tenantId, filter, next);
    found.push(...page.items);
    next = page.next;
    if (next === undefined) break;
  }
  const items = found.slice(0, limit);
  const goesOnAt = found.length > limit ? items.at(-1) : next && Position.parse(next);
  const nextCursor = goesOnAt && encodeCursor(cursorScope(tenantId), [goesOnAt.risk, goesOnAt.sk]);
  return { items: items.map((item) => breachOf(tenantId, item)), nextCursor };
};

/** Predicted breaches in the registry table, listed through its index by risk. */
export const dynamoBreachStore = (options: BreachStoreOptions): BreachStore => ({
  replace: async (tenantId, targetId, breaches, expiresAt) => {
    const { client, tableName } = options;
    const pk = tenantPk(tenantId);
    const items = breaches.map((breach) => itemOf(breach, expiresAt));
    const current = new Set(items.map(({ sk }) => sk));
    const stored = await storedKeys(options, pk, breachesOf(targetId));
    const condition = {
      TableName: tableName,
      ConditionExpression: NOT_NEWER,
      ExpressionAttributeValues: { ':expiresAt': expiresAt },
    };
    await Promise.all([
      ...items.map((Item) => unlessNewer(() => client.send(new PutCommand({ ...condition, Item })))),
      ...stored
        .filter(({ sk }) => !current.has(sk))
        .map(({ sk }) =>
          unlessNewer(() => client.send(new DeleteCommand({ ...condition, Key: { pk, sk } }))),
        ),
    ]);
  },
  list: (tenantId, filter, page) => list(options, tenantId, filter, page),
});
