import * as z from 'zod';
import type { KeyUses } from '../../core/platform/access/ports.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { defaultPace } from '../aws/paced-retry.ts';
import { keyUseKey } from './item-keys.ts';

const Use = z.object({ sk: z.string(), usedAt: z.number() });

/** Reads when keys were used. */
export const dynamoKeyUses = (table: DynamoTable): KeyUses => ({
  lastUses: async (tenantId, keyIds) => {
    const idOf = new Map(keyIds.map((keyId) => [keyUseKey(tenantId, keyId).sk, keyId]));
    const keys = keyIds.map((keyId) => keyUseKey(tenantId, keyId));
    const items = (await batchGet(table, keys, defaultPace, 'eventual')).map((item) => Use.parse(item));
    return new Map(items.map(({ sk, usedAt }) => [idOf.get(sk) ?? sk, usedAt]));
  },
});
