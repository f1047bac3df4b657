import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { WebhookGenerations } from '../../core/platform/secrets/ports.ts';
import { FIRST_GENERATION } from '../../core/platform/secrets/webhook-generation.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { webhookGenerationKey } from './item-keys.ts';

const GenerationItem = z.object({ generation: z.number().int(), formerUntil: z.number() });
const FORMAT: StoredFormat<z.infer<typeof GenerationItem>> = {
  kind: 'webhook secrets',
  version: 1,
  schema: GenerationItem,
};

/** The generation of each tenant's webhook secrets, as one item beside its settings. */
export const dynamoWebhookGenerations = (table: DynamoTable): WebhookGenerations => ({
  get: async (tenantId) => {
    // Strongly consistent: a sender signs right after its secret was replaced.
    const item = await getItem(table, webhookGenerationKey(tenantId), 'reading a generation of secrets');
    return item === undefined ? FIRST_GENERATION : readItem(FORMAT, item);
  },
  raise: async (tenantId, next) => {
    const put = new PutCommand({
      TableName: table.tableName,
      Item: {
        ...{ ...webhookGenerationKey(tenantId), ...schemaVersionOf(FORMAT) },
        ...{ ...next, v: next.generation },
      },
      ...atVersion(next.generation - 1),
    });
    if (await ifConditionHolds('replacing webhook secrets', () => table.client.send(put))) return;
    throw new ConflictError('the secrets were replaced at the same time by another request');
  },
});
