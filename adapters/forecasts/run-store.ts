import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type ForecastRun, RUN_STATUSES } from '../../core/forecasts/forecast-run.ts';
import type { RunStore } from '../../core/forecasts/ports.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { type ItemKey, tenantPk } from '../aws/dynamodb/item-key.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { RUNS, runClaimKey, runKey } from './item-keys.ts';

/** How long a run's record is kept. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

const Run = z.object({
  tenantId: z.string(),
  runId: z.string(),
  status: z.enum(RUN_STATUSES),
  trigger: z.enum(['schedule', 'api']),
  startedAt: z.number(),
  finishedAt: z.number().optional(),
  targets: z.number(),
  series: z.number(),
  forecasts: z.number(),
  breaches: z.number(),
  failed: z.number(),
  failures: z.array(z.object({ targetId: z.string(), metric: z.string().optional(), reason: z.string() })),
  error: z.string().optional(),
});

export interface RunStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const cursorScope = (tenantId: string): string => `runs:${tenantId}`;

const runOf = (item: unknown): ForecastRun => {
  const { finishedAt, error, failures, ...run } = Run.parse(item);
  return {
    ...run,
    finishedAt,
    error,
    failures: failures.map(({ targetId, metric, reason }) => ({ targetId, metric, reason })),
  };
};

const itemOf = (run: ForecastRun) => ({
  ...run,
  ...runKey(run.tenantId, run.runId),
  expiresAt: Math.floor(run.startedAt / 1000) + KEPT_SECONDS,
});

/** Writes an item unless the condition holds it back; false when it did. */
const putIf = async (
  { client, tableName }: RunStoreOptions,
  item: Record<string, unknown>,
  condition: string,
  values?: Record<string, number>,
): Promise<boolean> => {
  try {
    const put = new PutCommand({
      TableName: tableName,
      Item: item,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
    });
    await withSdkErrors('storing a run', () => client.send(put));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

const read = async ({ client, tableName }: RunStoreOptions, Key: ItemKey) => {
  const get = new GetCommand({ TableName: tableName, Key, ConsistentRead: true });
  return (await withSdkErrors('reading a run', () => client.send(get))).Item;
};

const claim = async (
  options: RunStoreOptions,
  tenantId: string,
  key: string,
  claimed: { readonly runId: string; readonly expiresAt: number },
): Promise<string> => {
  const item = { ...runClaimKey(tenantId, key), ...claimed };
  const free = 'attribute_not_exists(pk) OR expiresAt <= :now';
  const now = { ':now': Math.floor(options.now() / 1000) };
  if (await putIf(options, item, free, now)) return claimed.runId;
  const earlier = z.object({ runId: z.string() }).safeParse(await read(options, runClaimKey(tenantId, key)));
  if (!earlier.success) throw new ConflictError(`the key ${key} was claimed and released meanwhile`);
  return earlier.data.runId;
};

const list: (options: RunStoreOptions) => RunStore['list'] =
  ({ client, tableName }) =>
  async (tenantId, { limit, cursor }) => {
    const scope = cursorScope(tenantId);
    const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, z.tuple([z.string()]))[0];
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': tenantPk(tenantId), ':sk': RUNS },
      ScanIndexForward: false,
      // One more than asked for tells whether there is a next page.
      Limit: limit + 1,
      ExclusiveStartKey: after === undefined ? undefined : runKey(tenantId, after),
    });
    const page = await withSdkErrors('listing runs', () => client.send(query));
    const found = (page.Items ?? []).map(runOf);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const more = last !== undefined && (found.length > limit || page.LastEvaluatedKey !== undefined);
    return { items, nextCursor: more ? encodeCursor(scope, [last.runId]) : undefined };
  };

/** Runs in the registry table, kept for ninety days. */
export const dynamoRunStore = (options: RunStoreOptions): RunStore => ({
  claim: (tenantId, key, runId, expiresAt) => claim(options, tenantId, key, { runId, expiresAt }),
  begin: async (run) => {
    await putIf(options, itemOf(run), 'attribute_not_exists(pk)');
  },
  finish: async (run) => {
    const put = new PutCommand({ TableName: options.tableName, Item: itemOf(run) });
    await withSdkErrors('storing a run', () => options.client.send(put));
  },
  get: async (tenantId, runId) => {
    const item = await read(options, runKey(tenantId, runId));
    return item === undefined ? undefined : runOf(item);
  },
  list: list(options),
});
