/** What the read API is asked: query parameters and path parameters, as they arrive (text). */
import * as z from 'zod';
import { ANOMALY_KINDS } from '../anomalies/anomaly.ts';
import { SEVERITIES } from '../forecasts/breach-risk.ts';
import { RunId } from '../forecasts/run-id.ts';
import { PROFILES } from '../metrics/targets/target.ts';
import { MetricName, TargetId } from '../shared/identifiers.ts';
import { parseInstant } from '../shared/instant.ts';

/** Query parameters of every list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most items on a page'),
  cursor: z.string().max(1024).optional().describe('`nextCursor` of the page before'),
};

/** A time as text. */
export const Instant = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(parseInstant(text)), 'expected an ISO 8601 time or epoch seconds');

export const TargetPath = z.object({ targetId: TargetId });
export const RunPath = z.object({ runId: RunId });

export const NoParameters = z.strictObject({});

export const TargetsQuery = z.strictObject({
  ...paging,
  profile: z.enum(PROFILES).optional(),
  search: z.string().min(1).max(128).optional().describe('Part of the id, in any case'),
});

export const SeriesQuery = z.strictObject({
  metric: MetricName,
  from: Instant.optional().describe('ISO 8601 or epoch seconds; a day before `to` where left out'),
  to: Instant.optional().describe('ISO 8601 or epoch seconds, inclusive; now where left out'),
});

export const ForecastQuery = z.strictObject({
  metric: MetricName.optional().describe('One metric; all of the target where left out'),
});

export const TrendsQuery = z.strictObject({
  metric: MetricName,
  capacity: z.coerce
    .number()
    .optional()
    .describe('What the metric runs out at; 100 for percentages where left out'),
  uptime: MetricName.optional().describe("The target's uptime metric: a leak is looked for where given"),
});

export const BreachesQuery = z.strictObject({
  ...paging,
  minProbability: z.coerce.number().min(0).max(1).optional(),
  severity: z.enum(SEVERITIES).optional(),
  target: TargetId.optional(),
});

export const AnomaliesQuery = z.strictObject({
  ...paging,
  from: Instant.optional().describe('ISO 8601 or epoch seconds, inclusive'),
  to: Instant.optional().describe('ISO 8601 or epoch seconds, inclusive'),
  target: TargetId.optional(),
  metric: MetricName.optional(),
  kind: z.enum(ANOMALY_KINDS).optional(),
  active: z.enum(['true']).optional().describe('Only those that are still going on'),
});

export const BaselineQuery = z.strictObject({ metric: MetricName });

export const RunsQuery = z.strictObject(paging);

/** A header that makes starting a run safe to repeat. `#` separates parts of storage keys. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21\x22\x24-\x7e]{1,128}$/, 'expected 1-128 visible ASCII characters without "#"');
