import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ChangeStore } from '../../core/ports/incident-storage.ts';
import { registryKeys } from '../../core/storage/keys.ts';
import { calling } from '../sdk-failure.ts';

const KEPT_SECONDS = 90 * 86_400;
/** More changes than this around one incident tell nothing. */
const MOST_CHANGES = 500;

const Change = z.object({
  signalId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  causeKeys: z.array(z.string()).default([]),
});

export interface ChangeStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Deployments and other changes in the registry table, kept for ninety days. */
export const dynamoChangeStore = ({ client, tableName }: ChangeStoreOptions): ChangeStore => ({
  record: async ({ tenantId, kind: _, ...change }) => {
    const Item = {
      pk: registryKeys.tenant(tenantId),
      sk: registryKeys.change(change.at, change.signalId),
      ...change,
      expiresAt: Math.floor(change.at) + KEPT_SECONDS,
    };
    await calling('storing a change', () => client.send(new PutCommand({ TableName: tableName, Item })));
  },
  between: async (tenantId, from, to) => {
    const query = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': registryKeys.tenant(tenantId),
        ':from': registryKeys.changesFrom(from),
        ':to': registryKeys.changesUntil(to),
      },
      ScanIndexForward: false,
      Limit: MOST_CHANGES,
    });
    const { Items = [] } = await calling('reading changes', () => client.send(query));
    return Items.map((item) => ({ kind: 'change' as const, tenantId, ...Change.parse(item) })).reverse();
  },
});
