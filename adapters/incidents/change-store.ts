import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ChangeStore } from '../../core/incidents/ports.ts';
import { newestBetween } from '../aws/dynamodb/tenant-items.ts';
import { changeSks } from './item-keys.ts';

/** More changes than this around one incident tell nothing. */
const MOST_CHANGES = 500;

const Change = z.object({
  signalId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  health: z.string().optional(),
  causeKeys: z.array(z.string()).default([]),
});

export interface ChangeStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** A deployment after which its target was found unhealthy says so wherever it is evidence. */
const signalOf = (tenantId: string, item: unknown) => {
  const { health, summary, ...change } = Change.parse(item);
  const told = health === 'unhealthy' ? `${summary} (unhealthy since)` : summary;
  return { kind: 'change' as const, tenantId, ...change, summary: told };
};

/** Deployments and other changes as incidents see them. The deployment store writes them. */
export const dynamoChangeStore = (options: ChangeStoreOptions): ChangeStore => ({
  between: async (tenantId, from, to) => {
    const range = { from: changeSks.from(from), to: changeSks.until(to) };
    const about = { ...range, limit: MOST_CHANGES, doing: 'reading changes' };
    const items = await newestBetween(options, tenantId, about);
    return items.map((item) => signalOf(tenantId, item)).reverse();
  },
});
