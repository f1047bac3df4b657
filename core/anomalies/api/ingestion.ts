/** The state of ingestion in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { sevenDigits } from '../../platform/api/rounding.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { IngestionSummary } from '../ingestion-summary.ts';

const count = (description: string) => z.number().int().nonnegative().describe(description);

export const Ingestion = named(
  'Ingestion',
  z.object({
    checkedAt: ResponseInstant.optional().describe(
      'Time of the check that counted; absent before the first one, five minutes after the first data',
    ),
    lastSeen: ResponseInstant.optional().describe('Time of the newest point of any target'),
    lagSeconds: count('Seconds between the newest point and now').optional(),
    targets: z.object({
      reporting: count('Targets that report as usual'),
      late: count('Targets whose report is overdue'),
      silent: count('Targets announced as silent'),
      expired: count('Targets without a point for a day'),
    }),
    vanishedMetrics: count('Metrics that stopped coming within a day while their target sends'),
    expectedShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Points of up to 24 complete hours, as a share of those that regular metrics should have sent',
      ),
    silence: z.string().optional().describe('Why nothing arrives; absent while something does'),
  }),
);

const NO_TARGETS = { reporting: 0, late: 0, silent: 0, expired: 0 };

const shareOf = ({ hours }: IngestionSummary): number | undefined => {
  const expected = hours.reduce((sum, hour) => sum + hour.expected, 0);
  const received = hours.reduce((sum, hour) => sum + hour.received, 0);
  return expected === 0 ? undefined : Math.min(1, received / expected);
};

/** `now` in epoch seconds. */
export const presentIngestion = (
  summary: IngestionSummary | undefined,
  now: number,
): z.infer<typeof Ingestion> => {
  if (summary === undefined) return { targets: NO_TARGETS, vanishedMetrics: 0 };
  const { checkedAt, lastSeen, targets, vanishedMetrics, silence } = summary;
  const share = shareOf(summary);
  return {
    checkedAt: isoOfSeconds(checkedAt),
    ...(lastSeen === 0 ? {} : { lastSeen: isoOfSeconds(lastSeen), lagSeconds: Math.max(0, now - lastSeen) }),
    ...{ targets, vanishedMetrics },
    ...(share === undefined ? {} : { expectedShare: sevenDigits(share) }),
    ...(silence === undefined ? {} : { silence }),
  };
};
