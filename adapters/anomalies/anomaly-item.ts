/** How an anomaly is stored: one item under its time, target and metric. */
import * as z from 'zod';
import { ANOMALY_KINDS, type Anomaly, type AnomalyEnd } from '../../core/anomalies/anomaly.ts';
import { objectOf, orUndefined } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { jsonText } from '../aws/json-attributes.ts';
import { anomalyKey } from './item-keys.ts';

/** Fields of an anomaly that no filter needs. */
type Detail = Omit<Anomaly, 'tenantId' | 'targetId' | 'metric' | 'kind' | 'timestamp' | 'endedAt'>;
const Detail: z.ZodType<Detail> = objectOf<Detail>()({
  value: z.number(),
  since: z.number(),
  score: z.number(),
  oneIn: z.number(),
  parts: z.record(z.string(), z.number()),
  expected: orUndefined(z.object({ lower: z.number(), upper: z.number() })),
  reason: z.string(),
  silenced: orUndefined(z.string()),
  causeKeys: orUndefined(z.array(z.string())),
});

const AnomalyItem = z.object({
  targetId: z.string(),
  metric: z.string(),
  kind: z.enum(ANOMALY_KINDS),
  at: z.number(),
  /** As text: a metric's values may exceed the range of DynamoDB's numbers. */
  detail: jsonText(Detail),
  announced: z.boolean(),
  endedAt: z.number().optional(),
});
const FORMAT: StoredFormat<z.infer<typeof AnomalyItem>> = {
  kind: 'anomaly',
  version: 1,
  schema: AnomalyItem,
};

export const keyOf = ({ tenantId, timestamp, targetId, metric }: Anomaly | AnomalyEnd) =>
  anomalyKey(tenantId, timestamp, targetId, metric);

export const anomalyItem = (anomaly: Anomaly, expiresAt: number): Item => {
  const { tenantId, targetId, metric, kind, timestamp, endedAt, ...detail } = anomaly;
  return {
    ...keyOf(anomaly),
    ...schemaVersionOf(FORMAT),
    ...{ targetId, metric, kind, at: timestamp, detail: JSON.stringify(detail), expiresAt },
    announced: anomaly.silenced !== undefined,
  };
};

export interface StoredAnomaly {
  readonly anomaly: Anomaly;
  /** True if its event was published, or if it has none because it was silenced. */
  readonly isAnnounced: boolean;
}

/** @throws UnreadableItemError */
export const readAnomalyItem = (tenantId: string, item: Item): StoredAnomaly => {
  const { at, announced, detail, endedAt, ...rest } = readItem(FORMAT, item);
  const anomaly = { tenantId, ...rest, timestamp: at, ...detail, endedAt };
  return { anomaly, isAnnounced: announced };
};
