/** Forecasts in the API. */
import * as z from 'zod';
import { fitting, MAX_LIST_BYTES } from '../../platform/api/answer-size.ts';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { sevenDigits } from '../../platform/api/rounding.ts';
import { MetricName } from '../../shared/identifiers.ts';
import { isoOfMs, isoOfSeconds } from '../../shared/time.ts';
import { SEVERITIES } from '../breach-risk.ts';
import type { MetricForecast, TargetForecast } from '../target-forecast.ts';

export const ForecastQuery = z.strictObject({
  metric: MetricName.optional().describe('One metric; default: all metrics of the target'),
});

export const Probability = z.number().min(0).max(1);

export const Threshold = named(
  'Threshold',
  z.object({
    direction: z.enum(['above', 'below']),
    limit: z.number(),
    source: z.enum(['fixed', 'historical']).describe("`historical`: a quantile of the series' own history"),
  }),
);

export const TimeToImpact = z
  .object({ p10: z.number(), p50: z.number(), p90: z.number() })
  .nullable()
  .describe('Seconds from the issue of the forecast to the first crossing, if it crosses');

export const Severity = z
  .enum(SEVERITIES)
  .describe(
    '`critical`: likely and expected within the hour; `warning`: likely within the horizon; `info`: otherwise. Likely is a probability of 0.5 for a fixed threshold, and of 0.7 for one from the history of the metric. A breach that is neither within two hours nor at least 0.9 likely is a warning if two runs in a row find it, and a warning ends if two runs in a row find it unlikely',
  );

export const Forecast = named(
  'Forecast',
  z.object({
    target: z.string(),
    metric: z.string(),
    runId: z.string(),
    issuedAt: ResponseInstant,
    start: ResponseInstant.describe('Time of the first step: one step after the last known value'),
    stepSeconds: z.number().int(),
    horizon: z.number().int().describe('Number of steps; more than eight hours if the series reports late'),
    quantiles: z.record(z.string(), z.array(z.number())).describe('Quantile level to values, one per step'),
    mean: z.array(z.number()),
    model: z.string(),
    reason: z.string(),
    warnings: z.array(z.string()),
    threshold: Threshold.nullable().describe(
      'null while the history is shorter than a day, or shorter than an hour if the limit is fixed',
    ),
    breach: z
      .object({
        probability: Probability,
        timeToImpactSeconds: TimeToImpact,
        expectedShareBeyond: Probability,
        severity: Severity,
      })
      .nullable()
      .describe('null while there is no threshold'),
  }),
);

export const Forecasts = named(
  'Forecasts',
  z.object({
    items: z.array(Forecast),
    omitted: z
      .array(z.string())
      .optional()
      .describe('Metrics whose forecasts do not fit into one response: request each with `metric`'),
  }),
);

export const presentForecast = (
  { targetId, runId, issuedAt }: TargetForecast,
  { metric, forecast, threshold, breach }: MetricForecast,
): z.infer<typeof Forecast> => ({
  target: targetId,
  metric,
  runId,
  issuedAt: isoOfMs(issuedAt),
  start: isoOfSeconds(forecast.start),
  stepSeconds: forecast.stepSeconds,
  horizon: forecast.horizon,
  quantiles: Object.fromEntries(
    forecast.quantileLevels.map((level, l) => [
      String(level),
      Array.from(forecast.quantiles[l] ?? [], sevenDigits),
    ]),
  ),
  mean: Array.from(forecast.mean, sevenDigits),
  model: forecast.model,
  reason: forecast.reason,
  warnings: [...forecast.warnings],
  threshold,
  breach,
});

/** The forecasts of a target that fit into one response, and the names of the other metrics. */
export const presentForecasts = (stored: TargetForecast): z.infer<typeof Forecasts> => {
  const items = fitting(
    stored.metrics.map((one) => presentForecast(stored, one)),
    MAX_LIST_BYTES,
  );
  const omitted = stored.metrics.slice(items.length).map(({ metric }) => metric);
  return { items: [...items], ...(omitted.length === 0 ? {} : { omitted }) };
};
