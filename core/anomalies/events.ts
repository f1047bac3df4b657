/** Events of anomalies. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { ANOMALY_KINDS } from './anomaly.ts';

export const ANOMALIES_SOURCE = 'forestall.anomalies';

export const AnomalyDetected = z.object({
  ...eventFields,
  targetId: z.string(),
  metric: z.string(),
  /** When the unusual point was measured: `occurredAt` too. */
  timestamp: z.iso.datetime(),
  /** Since when the metric has been unusual. */
  since: z.iso.datetime(),
  value: z.number(),
  score: z.number(),
  kind: z.enum(ANOMALY_KINDS),
  /** Met once in so many points. */
  oneIn: z.number(),
  /** Where 98 % of the values of this time of day lie. */
  expected: z.object({ lower: z.number(), upper: z.number() }).nullable(),
  reason: z.string(),
});

/** A metric that was unusual behaves as usual again, or what was unusual has become the usual. */
export const AnomalyEnded = z.object({
  ...eventFields,
  targetId: z.string(),
  metric: z.string(),
  /** `timestamp` of the AnomalyDetected that began it. */
  timestamp: z.iso.datetime(),
  /** The last unusual point: `occurredAt` too. */
  endedAt: z.iso.datetime(),
});

export const ANOMALIES_EVENTS = { AnomalyDetected, AnomalyEnded } as const;
export type AnomaliesEvent = EventOf<typeof ANOMALIES_EVENTS, typeof ANOMALIES_SOURCE>;
