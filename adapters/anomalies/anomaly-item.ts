/** How an anomaly is stored: one item of the registry table, under its time, target and metric. */
import * as z from 'zod';
import type { Anomaly, AnomalyEnd } from '../../core/anomalies/ports.ts';
import { ANOMALY_KINDS } from '../../core/anomalies/watching/anomaly-kinds.ts';
import { anomalyKey } from './item-keys.ts';

const Detail = z.object({
  value: z.number(),
  since: z.number(),
  score: z.number(),
  oneIn: z.number(),
  parts: z.record(z.string(), z.number()),
  expected: z.object({ lower: z.number(), upper: z.number() }).optional(),
  reason: z.string(),
  silenced: z.string().optional(),
});
export const AnomalyItem = z.object({
  sk: z.string(),
  targetId: z.string(),
  metric: z.string(),
  kind: z.enum(ANOMALY_KINDS),
  at: z.number(),
  /** Text: a metric's values may exceed the range of DynamoDB's numbers. */
  detail: z.string(),
  endedAt: z.number().optional(),
});
export type AnomalyItem = z.infer<typeof AnomalyItem>;

export const keyOf = ({ tenantId, timestamp, targetId, metric }: Anomaly | AnomalyEnd) =>
  anomalyKey(tenantId, timestamp, targetId, metric);

export const itemOf = (anomaly: Anomaly, expiresAt: number) => {
  const { targetId, metric, kind, timestamp, value, since, score, oneIn, parts } = anomaly;
  const { expected, reason, silenced } = anomaly;
  const detail: z.infer<typeof Detail> = { value, since, score, oneIn, parts, expected, reason, silenced };
  return {
    ...keyOf(anomaly),
    ...{ targetId, metric, kind, at: timestamp, detail: JSON.stringify(detail), expiresAt },
    announced: silenced !== undefined,
  };
};

export const anomalyOf = (tenantId: string, item: AnomalyItem): Anomaly => {
  const { targetId, metric, kind, at, detail, endedAt } = item;
  const { expected, silenced, ...rest } = Detail.parse(JSON.parse(detail));
  return { tenantId, targetId, metric, kind, timestamp: at, ...rest, expected, silenced, endedAt };
};

const Ended = z.object({ endedAt: z.number(), detail: z.string() });

/** When a stored anomaly ended, and whether it was silenced. */
export const endOf = (attributes: unknown): { readonly endedAt: number; readonly isSilenced: boolean } => {
  const { endedAt, detail } = Ended.parse(attributes);
  return { endedAt, isSilenced: Detail.parse(JSON.parse(detail)).silenced !== undefined };
};
