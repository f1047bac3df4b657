/** Predicted breaches in the API. */
import * as z from 'zod';
import { PROFILES } from '../../metrics/targets/target.ts';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { isoOfMs } from '../../shared/time.ts';
import { BREACH_REASONS } from '../breach-explanation.ts';
import { SEVERITIES } from '../breach-risk.ts';
import type { PredictedBreach } from '../target-forecast.ts';
import { Probability, Severity, Threshold, TimeToImpact } from './forecasts.ts';

export const BreachesQuery = z.strictObject({
  ...paging,
  minProbability: z.coerce
    .number()
    .min(0)
    .max(1)
    // DynamoDB refuses numbers closer to 0 than it can hold.
    .transform((probability) => Math.round(probability * 1e6) / 1e6)
    .optional(),
  severity: z.enum(SEVERITIES).optional(),
  target: TargetId.optional(),
});

export const Breach = named(
  'Breach',
  z.object({
    target: z.string(),
    metric: z.string(),
    profile: z.enum(PROFILES),
    probability: Probability,
    severity: Severity,
    warningSince: ResponseInstant.nullable().describe(
      'Issue of the forecast that raised the warning; null while the severity is `info`',
    ),
    risk: z
      .number()
      .describe('0 to 100: the probability, halved for every four hours until the expected impact'),
    timeToImpactSeconds: TimeToImpact,
    threshold: Threshold,
    expectedPeak: z.number().describe('Most extreme outer quantile within the horizon'),
    reasons: z
      .array(
        z.object({
          kind: z.enum(BREACH_REASONS),
          share: z.number().int().min(1).max(100).describe('Percent; those of all reasons sum to 100'),
          text: z.string(),
        }),
      )
      .describe('What spoke for it when the warning was last announced; empty without a warning'),
    counterfactual: z.string().nullable().describe('What would have to be different'),
    runId: z.string(),
    issuedAt: ResponseInstant,
  }),
);

export const BreachPage = pageOf('BreachPage', Breach);

export const presentBreach = (predicted: PredictedBreach): z.infer<typeof Breach> => {
  const { targetId, metric, profile, risk, threshold, expectedPeak, runId, issuedAt } = predicted;
  const { probability, severity, timeToImpactSeconds } = predicted.breach;
  const { warning, explanation } = predicted;
  return {
    target: targetId,
    ...{ metric, profile, probability, severity, risk, timeToImpactSeconds, threshold, expectedPeak, runId },
    warningSince: warning === null || severity === 'info' ? null : isoOfMs(warning.since),
    reasons: [...(explanation?.reasons ?? [])],
    counterfactual: explanation?.counterfactual ?? null,
    issuedAt: isoOfMs(issuedAt),
  };
};
