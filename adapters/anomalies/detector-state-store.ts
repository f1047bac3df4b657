import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { DetectorStateStore } from '../../core/anomalies/ports.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readBinaryItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { detectorStateKey } from './item-keys.ts';

/** The first byte of `data` is its format: the detectors check it, and re-learn from the blocks if it is unknown. */
const DetectorItem = z.object({ data: z.instanceof(Uint8Array), v: z.number().int().positive() });

/** Stores detector states, one item per target. */
export const dynamoDetectorStateStore = (table: DynamoTable): DetectorStateStore => ({
  get: async (tenantId, targetId) => {
    const key = detectorStateKey(tenantId, targetId);
    const item = await getItem(table, key, 'reading a detector state', 'eventual');
    if (item === undefined) return undefined;
    const { data, v } = readBinaryItem('detector state', DetectorItem, item);
    return { bytes: data, version: v };
  },
  put: ({ tenantId, targetId }, bytes, expectedVersion, expiresAt) => {
    const put = new PutCommand({
      TableName: table.tableName,
      Item: { ...detectorStateKey(tenantId, targetId), data: bytes, v: expectedVersion + 1, expiresAt },
      ...atVersion(expectedVersion),
    });
    return ifConditionHolds('storing a detector state', () => table.client.send(put));
  },
});
