/** Anomalies in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { RequestInstant, ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { sevenDigits } from '../../platform/api/rounding.ts';
import { MetricName, TargetId } from '../../shared/identifiers.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { ANOMALY_KINDS, isActive, type Anomaly as StoredAnomaly } from '../anomaly.ts';

export const AnomaliesQuery = z.strictObject({
  ...paging,
  from: RequestInstant.optional().describe('ISO 8601 or epoch seconds, inclusive'),
  to: RequestInstant.optional().describe('ISO 8601 or epoch seconds, inclusive'),
  target: TargetId.optional(),
  metric: MetricName.optional(),
  kind: z.enum(ANOMALY_KINDS).optional(),
  active: z.enum(['true']).optional().describe('Only ongoing anomalies'),
});

export const ExpectedBand = z
  .object({ lower: z.number(), upper: z.number() })
  .describe('Holds 98 % of the values of this time of day');

export const Anomaly = named(
  'Anomaly',
  z.object({
    target: z.string(),
    metric: z.string(),
    timestamp: ResponseInstant.describe('Time of the unusual point'),
    since: ResponseInstant.describe('Start of the unusual behaviour'),
    kind: z
      .enum(ANOMALY_KINDS)
      .describe(
        '`behavioural`: unusual for its time of day or its forecast; `pattern`: unlike anything before; `duration`: unusual for long; `correlation`: out of step with other metrics or targets; `missing`: the target stopped sending, a metric vanished from a target that sends, or nothing arrives from the tenant (`all targets`)',
      ),
    value: z.number().describe('The value; for a counter its rate per second'),
    score: z.number(),
    oneIn: z.number().describe('A score this high occurs once in this many points'),
    parts: z.record(z.string(), z.number()).describe('Score of each part of the detector'),
    expected: ExpectedBand.optional(),
    reason: z.string(),
    silenced: z
      .string()
      .optional()
      .describe(
        'Why it is not announced: the reason of a maintenance window, or the new names of a renamed metric',
      ),
    active: z.boolean().describe('Ongoing'),
    endedAt: ResponseInstant.optional().describe(
      'Last unusual point, once the metric is usual again or the unusual has become usual; also absent if the target stopped reporting',
    ),
  }),
);

export const AnomalyPage = pageOf('AnomalyPage', Anomaly);

/** `now` in epoch seconds. */
export const presentAnomaly = (stored: StoredAnomaly, now: number): z.infer<typeof Anomaly> => {
  const { targetId, metric, timestamp, since, kind, value, score, oneIn, parts, expected } = stored;
  return {
    ...{ target: targetId, metric, timestamp: isoOfSeconds(timestamp), since: isoOfSeconds(since) },
    ...{ kind, value, score: sevenDigits(score), oneIn, reason: stored.reason },
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sevenDigits(part)])),
    ...(expected === undefined ? {} : { expected }),
    ...(stored.silenced === undefined ? {} : { silenced: stored.silenced }),
    active: isActive(stored, now),
    ...(stored.endedAt === undefined ? {} : { endedAt: isoOfSeconds(stored.endedAt) }),
  };
};
