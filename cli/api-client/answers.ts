/**
 * What the API answers, as far as its clients read it. Unknown fields are kept, so that a newer server does not break
 * an older client and `--json` passes everything on.
 */
import * as z from 'zod';
import { SEVERITIES } from '../../core/breach/breach-risk.ts';
import { RUN_STATUSES } from '../../core/ports/forecast-storage.ts';

const Quantiles = z.record(z.string(), z.array(z.number()));
const Threshold = z.looseObject({
  direction: z.enum(['above', 'below']),
  limit: z.number(),
  source: z.string(),
});
const TimeToImpact = z.looseObject({ p10: z.number(), p50: z.number(), p90: z.number() }).nullish();

export const HealthAnswer = z.looseObject({ status: z.string() });

export const TargetAnswer = z.looseObject({
  id: z.string(),
  profile: z.string(),
  metrics: z.array(z.looseObject({ name: z.string(), kind: z.string(), unit: z.string().optional() })),
  firstSeen: z.string(),
  lastSeen: z.string(),
});
export type TargetAnswer = z.infer<typeof TargetAnswer>;

export const SeriesAnswer = z.looseObject({
  target: z.string(),
  metric: z.string(),
  kind: z.string(),
  unit: z.string().optional(),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type SeriesAnswer = z.infer<typeof SeriesAnswer>;

export const ForecastAnswer = z.looseObject({
  target: z.string(),
  metric: z.string(),
  runId: z.string(),
  issuedAt: z.string(),
  start: z.string(),
  stepSeconds: z.number(),
  horizon: z.number(),
  quantiles: Quantiles,
  mean: z.array(z.number()),
  model: z.string(),
  reason: z.string(),
  warnings: z.array(z.string()).optional(),
  threshold: Threshold,
  breach: z.looseObject({
    probability: z.number(),
    timeToImpactSeconds: TimeToImpact,
    severity: z.enum(SEVERITIES),
  }),
});
export type ForecastAnswer = z.infer<typeof ForecastAnswer>;

export const BreachAnswer = z.looseObject({
  target: z.string(),
  metric: z.string(),
  profile: z.string(),
  probability: z.number(),
  severity: z.enum(SEVERITIES),
  risk: z.number(),
  timeToImpactSeconds: TimeToImpact,
  threshold: Threshold,
  expectedPeak: z.number(),
  runId: z.string(),
  issuedAt: z.string(),
});
export type BreachAnswer = z.infer<typeof BreachAnswer>;

export const RunAnswer = z.looseObject({
  id: z.string(),
  status: z.enum(RUN_STATUSES),
  trigger: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullish(),
  targets: z.number(),
  series: z.number(),
  forecasts: z.number(),
  breaches: z.number(),
  failed: z.number(),
  failures: z
    .array(z.looseObject({ target: z.string(), metric: z.string().nullish(), reason: z.string() }))
    .optional(),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

export const StartedRunAnswer = z.looseObject({ id: z.string() });

/** Counts of an accepted ingest request. */
export const IngestAnswer = z.looseObject({
  accepted: z.number().optional(),
  rejected: z.unknown().optional(),
});
export type IngestAnswer = z.infer<typeof IngestAnswer>;

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({ items: z.array(item), nextCursor: z.string().nullish() });
