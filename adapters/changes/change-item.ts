/** Stored form of a change: its record under its id, a short entry in the list by time, and its outcome. */
import * as z from 'zod';
import { ChangeRecord, ChangeSummary, summaryOf } from '../../core/changes/change.ts';
import { CHANGES_SOURCE, RemediationProposed } from '../../core/changes/events.ts';
import type { StoredChange } from '../../core/changes/ports.ts';
import { ChangeFeatures } from '../../core/changes/risk/engine/change-features.ts';
import type { DeployExample } from '../../core/changes/risk/engine/risk-model.ts';
import { objectOf } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { CHANGE_ENTRY } from '../incidents/change-store.ts';
import { changeEntryKey, changeRecordKey, outcomeKey } from './item-keys.ts';

const Pending = z.object({
  name: z.literal('RemediationProposed'),
  source: z.literal(CHANGES_SOURCE),
  detail: RemediationProposed,
});
const RecordItem = z.object({
  v: z.number().int().positive(),
  data: deflated(z.object({ record: ChangeRecord, pending: z.array(Pending) })),
});
const RECORD: StoredFormat<z.infer<typeof RecordItem>> = {
  kind: 'change record',
  version: 1,
  schema: RecordItem,
};

export const recordItem = ({ record, pending, revision }: StoredChange): Item => ({
  ...changeRecordKey(record.tenantId, record.changeId),
  ...schemaVersionOf(RECORD),
  v: revision,
  data: deflateJson({ record, pending }),
});

/** @throws UnreadableItemError */
export const readRecordItem = (item: Item): StoredChange => {
  const { v, data } = readItem(RECORD, item);
  return { ...data, revision: v };
};

const Entry = z.object({ ...ChangeSummary.omit({ changeId: true }).shape, signalId: z.string() });
const ENTRY: StoredFormat<z.infer<typeof Entry>> = { ...CHANGE_ENTRY, schema: Entry };

export const entryItem = (record: ChangeRecord): Item => {
  const { tenantId, changeId, ...summary } = summaryOf(record);
  const entry: z.infer<typeof Entry> = { ...summary, signalId: changeId };
  return { ...changeEntryKey(tenantId, record.at, changeId), ...schemaVersionOf(ENTRY), ...entry };
};

/** @throws UnreadableItemError */
export const readEntryItem = (tenantId: string, item: Item): ChangeSummary => {
  const { signalId, ...summary } = readItem(ENTRY, item);
  return { tenantId, changeId: signalId, ...summary };
};

/** The outcome of a closed deployment, an example for the risk model. */
export const OUTCOME: StoredFormat<DeployExample> = {
  kind: 'deployment outcome',
  version: 1,
  schema: objectOf<DeployExample>()({ features: ChangeFeatures, wasUnhealthy: z.boolean() }),
};

export const outcomeItem = ({ tenantId, changeId, at }: ChangeRecord, outcome: DeployExample): Item => ({
  ...outcomeKey(tenantId, at, changeId),
  ...schemaVersionOf(OUTCOME),
  ...outcome,
});
