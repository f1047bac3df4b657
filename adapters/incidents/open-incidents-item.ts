import * as z from 'zod';
import type { IncidentWrite } from '../../core/incidents/ports.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { openIncidentsKey } from './item-keys.ts';

const OpenIncidentsItem = z.object({
  v: z.number().int().positive(),
  active: z.array(z.string()),
  quietCheckAt: z.number().optional(),
  /** Ends that arrived before the signals they end. */
  ends: deflated(z.array(z.tuple([z.string(), z.number()]))).optional(),
});
type OpenIncidentsItem = z.infer<typeof OpenIncidentsItem>;
const FORMAT: StoredFormat<OpenIncidentsItem> = {
  kind: 'open incidents',
  version: 1,
  schema: OpenIncidentsItem,
};

export const openIncidentsItem = (write: IncidentWrite): Item => ({
  ...openIncidentsKey(write.tenantId),
  ...schemaVersionOf(FORMAT),
  v: write.expectedVersion + 1,
  active: [...write.active],
  quietCheckAt: write.quietCheckAt,
  ends: write.earlyEnds.size === 0 ? undefined : deflateJson([...write.earlyEnds]),
});

/** @throws UnreadableItemError */
export const readOpenIncidentsItem = (item: Item): OpenIncidentsItem => readItem(FORMAT, item);
