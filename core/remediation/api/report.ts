/** What remediations achieved, in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import type { Remediation } from '../remediation.ts';
import { summariseRemediations } from '../reporting/summarise-remediations.ts';
import type { TrackRecord } from '../track-record.ts';

const Count = z.number().int().nonnegative();
const Share = z.number().min(0).max(1).nullable().describe('null if nothing was counted');

export const RemediationReport = named(
  'RemediationReport',
  z.object({
    considered: Count.describe('The newest remediations, up to 500'),
    predictions: Count.describe('Remediations of predicted breaches that were decided, without rehearsals'),
    predictionsActedUpon: Count,
    shareActedUpon: Share,
    breachesAvoided: Count.describe('Breaches that did not come and, as verified, would have'),
    expectedAvoided: z.number().describe('Sum of their probabilities'),
    medianSecondsToRepair: z
      .number()
      .nullable()
      .describe('From the start of a cause to the end of a remediation that succeeded'),
    unprovenShare: Share,
    actions: z.array(
      z.object({
        ...{ action: z.string(), succeeded: Count, failed: Count, unproven: Count },
        successRate: Share,
      }),
    ),
  }),
);

export const presentReport = (
  track: TrackRecord,
  runs: readonly Remediation[],
): z.infer<typeof RemediationReport> => {
  const { actions, ...summary } = summariseRemediations(track, runs);
  return { considered: runs.length, ...summary, actions: [...actions] };
};
