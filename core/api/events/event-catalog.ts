/** The events on Forestall's bus: one Zod schema per detail type. A tenant and a deterministic id are in each. */
import * as z from 'zod';
import { ANOMALY_KINDS } from '../../anomalies/watching/anomaly-kinds.ts';
import { SEVERITIES } from '../../forecasts/breach/breach-risk.ts';
import type { EVENT_NAMES } from './event-names.ts';
import { IncidentOpened, IncidentResolved, IncidentUpdated } from './incident-events.ts';
import { RemediationProposed } from './remediation-events.ts';

const common = {
  /** Derived from the cause, so that consumers can drop a repeated delivery. */
  id: z.string(),
  tenantId: z.string(),
  occurredAt: z.iso.datetime(),
};

export const ForecastPublished = z.object({
  ...common,
  runId: z.string(),
  targets: z.number().int().nonnegative(),
  forecasts: z.number().int().nonnegative(),
  /** Object key of the batch's forecasts. */
  archiveKey: z.string(),
  model: z.string(),
});

export const BreachPredicted = z.object({
  ...common,
  runId: z.string(),
  targetId: z.string(),
  metric: z.string(),
  probability: z.number().min(0).max(1),
  severity: z.enum(SEVERITIES),
  risk: z.number(),
  threshold: z.object({ direction: z.enum(['above', 'below']), limit: z.number() }),
  timeToImpactSeconds: z.object({ p10: z.number(), p50: z.number(), p90: z.number() }).nullable(),
});

export const AnomalyDetected = z.object({
  ...common,
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
  ...common,
  targetId: z.string(),
  metric: z.string(),
  /** `timestamp` of the AnomalyDetected that began it. */
  timestamp: z.iso.datetime(),
  /** The last unusual point: `occurredAt` too. */
  endedAt: z.iso.datetime(),
});

export const EVENT_SCHEMAS = {
  ForecastPublished,
  BreachPredicted,
  AnomalyDetected,
  AnomalyEnded,
  IncidentOpened,
  IncidentUpdated,
  IncidentResolved,
  RemediationProposed,
} as const;

/** One event ready to publish; `detail` matches the schema of its `name`. */
export type ForestallEvent = {
  [N in keyof typeof EVENT_SCHEMAS]: {
    readonly name: N;
    readonly source: (typeof EVENT_NAMES)[N];
    readonly detail: z.infer<(typeof EVENT_SCHEMAS)[N]>;
  };
}[keyof typeof EVENT_SCHEMAS];
