import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TargetRegistry, TenantsPart } from '../../core/metrics/ports.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { type Clock, listUnder, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { TARGETS, TENANTS, targetItemKey } from './item-keys.ts';
import { readTargetItem } from './target-item.ts';

export interface RegistryOptions extends DynamoTable, Clock {
  /** Counts and logs targets that lists skip because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

const list = async (table: RegistryOptions, tenantId: string, page: PageRequest): Promise<Page<Target>> => {
  const { items, nextCursor } = await listUnder(table, tenantId, {
    ...{ scope: `targets:${tenantId}`, prefix: TARGETS, page, order: 'by key', doing: 'listing targets' },
    filter: notExpired(table),
  });
  const read = (item: Item): Target => readTargetItem(tenantId, item).target;
  return { items: readListed(items, read, table.telemetry), nextCursor };
};

const listTenants = async (
  { client, tableName }: DynamoTable,
  { after, limit }: Partial<TenantsPart> = {},
): Promise<string[]> => {
  const tenants: string[] = [];
  let from: Item | undefined = after === undefined ? undefined : { pk: TENANTS, sk: after };
  do {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': TENANTS },
      ExclusiveStartKey: from,
      ...(limit === undefined ? {} : { Limit: limit - tenants.length }),
    });
    const page = await withSdkErrors('listing tenants', () => client.send(query));
    for (const { sk } of page.Items ?? []) tenants.push(z.string().parse(sk));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && tenants.length < (limit ?? Number.POSITIVE_INFINITY));
  return tenants;
};

const get = async (
  table: RegistryOptions,
  tenantId: string,
  targetId: string,
): Promise<Target | undefined> => {
  const item = await getItem(table, targetItemKey(tenantId, targetId), 'reading a target', 'eventual');
  const hasExpired = typeof item?.expiresAt === 'number' && item.expiresAt <= table.now() / 1000;
  return item === undefined || hasExpired ? undefined : readTargetItem(tenantId, item).target;
};

/** Targets that have not expired, and the list of tenants. */
export const dynamoTargetRegistry = (table: RegistryOptions): TargetRegistry => ({
  get: (tenantId, targetId) => get(table, tenantId, targetId),
  list: (tenantId, page) => list(table, tenantId, page),
  listTenants: (part) => listTenants(table, part),
});
