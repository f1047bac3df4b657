import type { TargetRegistry } from '../../core/metrics/ports.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { listTenants } from '../aws/dynamodb/tenant-list.ts';
import { type Clock, listUnder, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { TARGETS, targetItemKey } from './item-keys.ts';
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
