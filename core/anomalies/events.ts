/** Events of anomalies. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { ANOMALY_KINDS } from './anomaly.ts';

export const ANOMALIES_SOURCE = 'forestall.anomalies';

export const AnomalyDetected = z.object({
  ...eventFields,
  targetId: z.string(),
  metric: z.string(),
  /** Time of the unusual point; equals `occurredAt`. */
  timestamp: z.iso.datetime(),
  /** Start of the unusual behaviour. */
  since: z.iso.datetime(),
  value: z.number(),
  score: z.number(),
  kind: z.enum(ANOMALY_KINDS),
  /** A point this unusual occurs once in this many points. */
  oneIn: z.number(),
  /** Range of 98 % of the values at this time of day. */
  expected: z.object({ lower: z.number(), upper: z.number() }).nullable(),
  reason: z.string(),
  /** Names of causes that it shares with other anomalies: they belong to one incident. */
  causeKeys: z.array(z.string()).optional(),
});

/** The metric is usual again, or its unusual behaviour now counts as usual. */
export const AnomalyEnded = z.object({
  ...eventFields,
  targetId: z.string(),
  metric: z.string(),
  /** `timestamp` of the AnomalyDetected event. */
  timestamp: z.iso.datetime(),
  /** Time of the last unusual point; equals `occurredAt`. */
  endedAt: z.iso.datetime(),
});

export const ANOMALIES_EVENTS = { AnomalyDetected, AnomalyEnded } as const;
export type AnomaliesEvent = EventOf<typeof ANOMALIES_EVENTS, typeof ANOMALIES_SOURCE>;
