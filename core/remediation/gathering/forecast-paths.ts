/** The forecasts of a metric as they were before an action: what would have happened without it. */
import * as z from 'zod';
import type { ForecastStore } from '../../forecasts/ports.ts';
import type { MetricForecast, TargetForecast } from '../../forecasts/target-forecast.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { problemConfidence } from '../choosing/problem-confidence.ts';
import { ForecastPath } from '../verification/verification-inputs.ts';

/** Recorded with a choice. */
export const ForecastEvidence = z.strictObject({
  metric: z.string(),
  /** Start of the trouble, epoch seconds. */
  troubleSince: z.number().int().nonnegative(),
  /** The limit that the forecasts were judged by; null if none is known. */
  threshold: z.strictObject({ direction: z.enum(['above', 'below']), limit: z.number() }).nullable(),
  model: z.string().nullable(),
  paths: z.array(z.strictObject({ targetId: TargetId, path: ForecastPath })),
});
export type ForecastEvidence = z.infer<typeof ForecastEvidence>;

/** Undefined if verification could not read it: it would fail after the action. */
const pathOf = (
  { issuedAt }: TargetForecast,
  { forecast, breach }: MetricForecast,
): ForecastPath | undefined =>
  ForecastPath.safeParse({
    issuedAt: Math.floor(issuedAt / 1000),
    ...{ start: forecast.start, stepSeconds: forecast.stepSeconds, levels: [...forecast.quantileLevels] },
    quantiles: forecast.quantiles.map((row) => [...row]),
    breachProbability: breach && problemConfidence('predicted-breach', breach.probability),
  }).data;

/** The forecasts of one metric of several targets; targets without one that can be read are left out. */
export const forecastEvidence = async (
  { forecasts }: { readonly forecasts: Pick<ForecastStore, 'get'> },
  tenantId: string,
  targetIds: readonly string[],
  metric: string,
): Promise<Omit<ForecastEvidence, 'troubleSince'>> => {
  const paths: ForecastEvidence['paths'] = [];
  let threshold: ForecastEvidence['threshold'] = null;
  let model: string | null = null;
  for (const targetId of targetIds) {
    const issued = await forecasts.get(tenantId, targetId);
    const found = issued?.metrics.find((each) => each.metric === metric);
    const path = issued && found && pathOf(issued, found);
    if (found === undefined || path === undefined) continue;
    paths.push({ targetId, path });
    model ??= found.forecast.model;
    threshold ??= found.threshold && { direction: found.threshold.direction, limit: found.threshold.limit };
  }
  return { metric, threshold, model, paths };
};
