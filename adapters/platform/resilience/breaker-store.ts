import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type BreakerKey, DEPENDENCY_KINDS, type StoredBreaker } from '../../../core/platform/breaker-key.ts';
import type { BreakerLister, BreakerStore } from '../../../core/platform/resilience/ports.ts';
import { BreakerState } from '../../../core/shared/resilience/breaker-state.ts';
import {
  type SkipTelemetry,
  type StoredFormat,
  schemaVersionOf,
} from '../../../core/shared/stored-format.ts';
import { WEEK_SECONDS } from '../../../core/shared/time.ts';
import { atVersion, ifConditionHolds } from '../../aws/dynamodb/conditional-write.ts';
import { getItem } from '../../aws/dynamodb/get-item.ts';
import { readItem, readItems } from '../../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../../aws/dynamodb/table.ts';
import { type Clock, listUnder, notExpired } from '../../aws/dynamodb/tenant-queries.ts';
import { BREAKERS, breakerKey } from '../item-keys.ts';

const BreakerItem = z
  .object({
    tenantId: z.string(),
    kind: z.enum(DEPENDENCY_KINDS),
    name: z.string(),
    state: BreakerState,
    v: z.number().int().positive(),
  })
  .transform(({ v: version, ...breaker }): StoredBreaker => ({ ...breaker, version }));
const FORMAT: StoredFormat<StoredBreaker> = { kind: 'circuit breaker', version: 1, schema: BreakerItem };

const itemOf = ({ version: v, ...breaker }: StoredBreaker, nowMs: number): Item => ({
  ...breakerKey(breaker),
  ...schemaVersionOf(FORMAT),
  ...breaker,
  ...{ v, expiresAt: Math.floor(nowMs / 1000) + WEEK_SECONDS },
});

/** The states of circuit breakers, one item each, in the partition of the tenant whose calls they count. */
export const dynamoBreakerStore = (table: DynamoTable & Clock): BreakerStore => ({
  get: async (key: BreakerKey) => {
    const item = await getItem(table, breakerKey(key), 'reading the state of a circuit breaker');
    return item && readItem(FORMAT, item);
  },
  replace: (next) => {
    const put = new PutCommand({
      ...{ TableName: table.tableName, Item: itemOf(next, table.now()) },
      ...atVersion(next.version - 1),
    });
    return ifConditionHolds('storing the state of a circuit breaker', () => table.client.send(put));
  },
});

/** Lists circuit breakers for operators. */
export const dynamoBreakerLister = (
  table: DynamoTable & Clock & { readonly telemetry: SkipTelemetry },
): BreakerLister => ({
  list: async (tenantId, page) => {
    const { items, nextCursor } = await listUnder(table, tenantId, {
      ...{
        scope: `breakers:${tenantId}`,
        prefix: BREAKERS,
        page,
        order: 'by key',
        filter: notExpired(table),
      },
      doing: 'listing circuit breakers',
    });
    return { items: readItems(FORMAT, items, table.telemetry), nextCursor };
  },
});
