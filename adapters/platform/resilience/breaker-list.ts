import type { BreakerLister } from '../../../core/platform/resilience/ports.ts';
import type { SkipTelemetry } from '../../../core/shared/stored-format.ts';
import { readItems } from '../../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../../aws/dynamodb/table.ts';
import { type Clock, listUnder, notExpired } from '../../aws/dynamodb/tenant-queries.ts';
import { BREAKERS } from '../item-keys.ts';
import { BREAKER } from './breaker-item.ts';

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
    return { items: readItems(BREAKER, items, table.telemetry), nextCursor };
  },
});
