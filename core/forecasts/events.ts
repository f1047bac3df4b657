/** Events of forecast runs. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { BREACH_REASONS } from './breach-explanation.ts';
import { SEVERITIES } from './breach-risk.ts';
import { WARNING_REASONS } from './warning.ts';

export const FORECASTS_SOURCE = 'forestall.forecasts';

export const ForecastPublished = z.object({
  ...eventFields,
  runId: z.string(),
  targets: z.number().int().nonnegative(),
  forecasts: z.number().int().nonnegative(),
  /** Object key of the batch's forecasts. */
  archiveKey: z.string(),
  model: z.string(),
});

const breachFields = {
  ...eventFields,
  runId: z.string(),
  targetId: z.string(),
  metric: z.string(),
  /** Time of the run that raised the warning. */
  since: z.iso.datetime(),
  probability: z.number().min(0).max(1),
  threshold: z.object({ direction: z.enum(['above', 'below']), limit: z.number() }),
} as const;

export const BreachPredicted = z.object({
  ...breachFields,
  reason: z.enum(WARNING_REASONS).exclude(['ended']),
  severity: z.enum(SEVERITIES),
  risk: z.number(),
  timeToImpactSeconds: z.object({ p10: z.number(), p50: z.number(), p90: z.number() }).nullable(),
  /** What speaks for it, the largest share (percent) first; empty if it could not be explained. */
  reasons: z
    .array(z.object({ kind: z.enum(BREACH_REASONS), share: z.number().int(), text: z.string() }))
    .default([]),
  counterfactual: z.string().nullable().default(null),
});

export const BreachCleared = z.object(breachFields);

export const FORECASTS_EVENTS = { ForecastPublished, BreachPredicted, BreachCleared } as const;
export type ForecastsEvent = EventOf<typeof FORECASTS_EVENTS, typeof FORECASTS_SOURCE>;
