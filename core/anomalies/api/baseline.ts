/** Learned baselines in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { MetricName } from '../../shared/identifiers.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { LearnedBaseline } from '../baseline.ts';
import { ExpectedBand } from './anomalies.ts';

export const BaselineQuery = z.strictObject({ metric: MetricName });

export const Baseline = named(
  'Baseline',
  z.object({
    target: z.string(),
    metric: z.string(),
    mode: z.enum(['full', 'light']),
    calibrated: z.boolean().describe('The detector has learned enough to raise anomalies'),
    points: z.number().int().describe('Points learned'),
    firstSeen: ResponseInstant.optional(),
    lastLearned: ResponseInstant.optional().describe(
      'Newest learned point; an hour is learned once it is over',
    ),
    timeOfDay: z
      .array(
        z.object({
          time: z.string().describe('UTC, start of half an hour'),
          expected: ExpectedBand.optional(),
        }),
      )
      .describe('The expected band of each half hour of the day; absent while nothing is known about it'),
  }),
);

export const presentBaseline = (
  target: string,
  metric: string,
  { mode, calibrated, points, first, newest, timeOfDay }: LearnedBaseline,
): z.infer<typeof Baseline> => ({
  ...{ target, metric, mode, calibrated, points },
  ...(first === undefined ? {} : { firstSeen: isoOfSeconds(first) }),
  ...(newest === undefined ? {} : { lastLearned: isoOfSeconds(newest) }),
  timeOfDay: timeOfDay.map(({ time, expected }) => ({
    time,
    ...(expected === undefined ? {} : { expected }),
  })),
});
