import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TargetRegistry } from '../../core/metrics/ports.ts';
import { mergeSighting } from '../../core/metrics/targets/merge-sighting.ts';
import type { TargetSighting } from '../../core/metrics/targets/sighting.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import { defaultPace, type Pace, pause } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { TARGETS, TENANTS, targetItemKey } from './item-keys.ts';
import { readTargetItem, type StoredTarget, writeTargetItem } from './target-item.ts';

interface RegistryTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

const PUTS_AT_ONCE = 8;
const ATTEMPTS = 6;

const readMany = async (table: RegistryTable, tenantId: string, targetIds: readonly string[], pace: Pace) => {
  const keys = targetIds.map((targetId) => targetItemKey(tenantId, targetId));
  const items = await batchGet(table.client, table.tableName, keys, pace);
  const stored = items.map((item) => readTargetItem(tenantId, item));
  return new Map(stored.map((each) => [each.target.targetId, each]));
};

/** False when somebody else changed the target since it was read. */
const putTarget = async (
  table: RegistryTable,
  target: Target,
  known: StoredTarget | undefined,
): Promise<boolean> => {
  const put = new PutCommand({
    TableName: table.tableName,
    Item: {
      ...targetItemKey(target.tenantId, target.targetId),
      ...writeTargetItem(target, (known?.version ?? 0) + 1),
    },
    ...(known === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': known.version } }),
  });
  try {
    await withSdkErrors('DynamoDB PutItem', () => table.client.send(put));
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw cause;
  }
};

interface Round {
  /** Sightings to merge again into what somebody else wrote meanwhile. */
  readonly lost: TargetSighting[];
  readonly refused: string[];
}

const recordRound = async (
  table: RegistryTable,
  tenantId: string,
  sightings: readonly TargetSighting[],
  pace: Pace,
): Promise<Round> => {
  const known = await readMany(
    table,
    tenantId,
    sightings.map(({ targetId }) => targetId),
    pace,
  );
  const round: Round = { lost: [], refused: [] };
  await inParallel(PUTS_AT_ONCE, sightings, async (seen) => {
    const stored = known.get(seen.targetId);
    const { target, changed, refused } = mergeSighting(tenantId, stored?.target, seen);
    if (changed && !(await putTarget(table, target, stored))) round.lost.push(seen);
    else round.refused.push(...refused.map((metric) => `${seen.targetId} ${metric}`));
  });
  return round;
};

const record = async (
  table: RegistryTable,
  tenantId: string,
  sightings: readonly TargetSighting[],
  pace: Pace,
): Promise<void> => {
  const refused: string[] = [];
  let open = sightings;
  for (let attempt = 1; open.length > 0; attempt++) {
    const round = await recordRound(table, tenantId, open, pace);
    refused.push(...round.refused);
    open = round.lost;
    if (open.length > 0 && attempt === ATTEMPTS)
      throw new DependencyUnavailableError(`${open.length} targets kept changing while being recorded`);
    if (open.length > 0) await pause(pace, attempt);
  }
  if (refused.length > 0)
    throw new InvalidInputError(
      `${refused.length} metrics beyond the limit of their targets: ${refused.slice(0, 5).join(', ')}`,
    );
};

const putTenant = async ({ client, tableName }: RegistryTable, tenantId: string): Promise<void> => {
  const put = new PutCommand({ TableName: tableName, Item: { pk: TENANTS, sk: tenantId } });
  await withSdkErrors('DynamoDB PutItem', () => client.send(put));
};

const CursorPosition = z.tuple([z.string()]);

const list = async (table: RegistryTable, tenantId: string, page: PageRequest): Promise<Page<Target>> => {
  const scope = `targets ${tenantId}`;
  const pk = tenantPk(tenantId);
  const after = page.cursor === undefined ? undefined : decodeCursor(scope, page.cursor, CursorPosition)[0];
  const query = new QueryCommand({
    TableName: table.tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :targets)',
    ExpressionAttributeValues: { ':pk': pk, ':targets': TARGETS },
    Limit: page.limit,
    ExclusiveStartKey: after === undefined ? undefined : targetItemKey(tenantId, after),
  });
  const { Items = [], LastEvaluatedKey } = await withSdkErrors('DynamoDB Query', () =>
    table.client.send(query),
  );
  const items = Items.map((item) => readTargetItem(tenantId, item).target);
  const last = items.at(-1);
  const more = LastEvaluatedKey !== undefined && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(scope, [last.targetId]) : undefined };
};

const listTenants = async ({ client, tableName }: RegistryTable): Promise<string[]> => {
  const tenants: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': TENANTS },
      ExclusiveStartKey: from,
    });
    const page = await withSdkErrors('DynamoDB Query', () => client.send(query));
    for (const { sk } of page.Items ?? []) tenants.push(z.string().parse(sk));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return tenants;
};

/**
 * Targets and tenants in the registry table. `record` registers the tenant too, once per container; it throws
 * InvalidInputError after recording all else when targets have more metrics than their items can hold.
 */
export const dynamoTargetRegistry = (
  client: DynamoDBDocumentClient,
  tableName: string,
  pace: Pace = defaultPace,
): TargetRegistry => {
  const table = { client, tableName };
  const registered = new Set<string>();
  return {
    record: async (tenantId, sightings) => {
      if (sightings.length > 0 && !registered.has(tenantId)) {
        await putTenant(table, tenantId);
        registered.add(tenantId);
      }
      await record(table, tenantId, sightings, pace);
    },
    get: async (tenantId, targetId) => {
      const get = new GetCommand({ TableName: tableName, Key: targetItemKey(tenantId, targetId) });
      const { Item } = await withSdkErrors('DynamoDB GetItem', () => client.send(get));
      return Item === undefined ? undefined : readTargetItem(tenantId, Item).target;
    },
    list: (tenantId, page) => list(table, tenantId, page),
    listTenants: () => listTenants(table),
  };
};
