import * as z from 'zod';
import type { ChangeStore } from '../../core/incidents/ports.ts';
import type { ChangeSignal } from '../../core/incidents/signal.ts';
import { readListed, type SkipTelemetry, type StoredFormat } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { newestBetween } from '../aws/dynamodb/tenant-queries.ts';
import { changeSks } from './item-keys.ts';

/** Max number of changes read around an incident; more would not be evidence. */
const MAX_CHANGES = 500;

/** Version of the entries in the list of changes, which the context changes writes. */
export const CHANGE_ENTRY = {
  kind: 'change',
  version: 2,
  upgrades: {
    // Version 1 was written before changes had kinds and were watched.
    1: (entry: Item): Item => ({ kind: 'other', health: 'not-watched', ...entry }),
  },
} as const;

/** The fields of an entry that incidents read. */
const Entry = z.object({
  signalId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  health: z.string(),
  causeKeys: z.array(z.string()).default([]),
});
const FORMAT: StoredFormat<z.infer<typeof Entry>> = { ...CHANGE_ENTRY, schema: Entry };

export interface ChangeStoreOptions extends DynamoTable {
  /** Counts and logs changes that are skipped because they cannot be read. */
  readonly telemetry: SkipTelemetry;
}

/** Adds to the evidence whether the target was unhealthy after the deployment. */
const signalOf = (tenantId: string, item: Item): ChangeSignal => {
  const { health, summary, ...change } = readItem(FORMAT, item);
  const evidence = health === 'unhealthy' ? `${summary} (unhealthy since)` : summary;
  return { kind: 'change', tenantId, ...change, summary: evidence };
};

/** Deployments and other changes in the form of incidents. The deployment store writes them. */
export const dynamoChangeStore = (options: ChangeStoreOptions): ChangeStore => ({
  between: async (tenantId, from, to) => {
    const range = { from: changeSks.from(from), to: changeSks.until(to) };
    const query = { ...range, limit: MAX_CHANGES, doing: 'reading changes' };
    const items = await newestBetween(options, tenantId, query);
    return readListed(items, (item) => signalOf(tenantId, item), options.telemetry).reverse();
  },
});
