import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { BreakerStore } from '../../../core/platform/resilience/ports.ts';
import { atVersion, ifConditionHolds } from '../../aws/dynamodb/conditional-write.ts';
import { getItem } from '../../aws/dynamodb/get-item.ts';
import { readItem } from '../../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../../aws/dynamodb/table.ts';
import type { Clock } from '../../aws/dynamodb/tenant-queries.ts';
import { breakerKey } from '../item-keys.ts';
import { BREAKER, breakerItem } from './breaker-item.ts';

/** The states of circuit breakers, one item each, in the partition of the tenant whose calls they count. */
export const dynamoBreakerStore = (table: DynamoTable & Clock): BreakerStore => ({
  get: async (key) => {
    const item = await getItem(table, breakerKey(key), 'reading the state of a circuit breaker');
    return item && readItem(BREAKER, item);
  },
  replace: (next) => {
    const put = new PutCommand({
      ...{ TableName: table.tableName, Item: breakerItem(next, table.now()) },
      ...atVersion(next.version - 1),
    });
    return ifConditionHolds('storing the state of a circuit breaker', () => table.client.send(put));
  },
});
