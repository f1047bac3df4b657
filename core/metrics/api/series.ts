/** Values of one metric in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { RequestInstant } from '../../platform/api/instants.ts';
import { MetricName } from '../../shared/identifiers.ts';
import { METRIC_KINDS } from '../series/metric-series.ts';
import type { TargetMetric } from '../targets/target.ts';

export const SeriesQuery = z.strictObject({
  metric: MetricName,
  from: RequestInstant.optional().describe('ISO 8601 or epoch seconds; default: a day before `to`'),
  to: RequestInstant.optional().describe('ISO 8601 or epoch seconds, inclusive; default: now'),
});
export type SeriesQuery = z.infer<typeof SeriesQuery>;

export const Series = named(
  'Series',
  z.object({
    target: z.string(),
    metric: z.string(),
    kind: z.enum(METRIC_KINDS),
    unit: z.string().optional(),
    points: z
      .array(z.tuple([z.number().int(), z.number()]))
      .describe('Pairs of epoch seconds and value as received, oldest first'),
  }),
);

export const presentSeries = (
  target: string,
  metric: string,
  { kind, unit }: TargetMetric,
  points: [number, number][],
): z.infer<typeof Series> => ({ target, metric, kind, ...(unit === undefined ? {} : { unit }), points });
