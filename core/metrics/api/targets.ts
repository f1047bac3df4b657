/** Targets in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { sevenDigits } from '../../platform/api/rounding.ts';
import { PlainLine } from '../../shared/text.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { ReportedTarget } from '../reporting/report-targets.ts';
import { REPORTING_STATES } from '../reporting/target-report.ts';
import { METRIC_KINDS } from '../series/metric-series.ts';
import { NOTICE_CODES, PROFILES } from '../targets/target.ts';

export const TargetsQuery = z.strictObject({
  ...paging,
  profile: z.enum(PROFILES).optional(),
  search: PlainLine.min(1).max(128).optional().describe('Part of the id, in upper or lower case'),
});
export type TargetsQuery = z.infer<typeof TargetsQuery>;

export const Target = named(
  'Target',
  z.object({
    id: z.string(),
    profile: z.enum(PROFILES),
    metrics: z.array(z.object({ name: z.string(), kind: z.enum(METRIC_KINDS), unit: z.string().optional() })),
    firstSeen: ResponseInstant,
    lastSeen: ResponseInstant.describe('Time of the newest point'),
    lagSeconds: z.number().int().nonnegative().describe('Seconds since the newest point'),
    state: z
      .enum(REPORTING_STATES)
      .describe(
        '`reporting`; `late`: two reports are overdue; `silent`: no point for three usual intervals, at least 15 minutes, and longer than its usual pauses; `expired`: no point for a day',
      ),
    expectedShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Points of the last 24 hours, as a share of those that its regular metrics should have sent; absent if no metric is regular, or if the page has too many points to count',
      ),
    notices: z
      .array(z.object({ code: z.enum(NOTICE_CODES), at: ResponseInstant, detail: z.string() }))
      .optional()
      .describe(
        'Limits that the target exceeded within a week of `lastSeen`: something that it sent is missing',
      ),
  }),
);

export const TargetPage = pageOf('TargetPage', Target);

export const presentTarget = ({
  target,
  lastSeen,
  lagSeconds,
  state,
  expectedShare,
}: ReportedTarget): z.infer<typeof Target> => ({
  id: target.targetId,
  profile: target.profile,
  metrics: Object.entries(target.metrics).map(([name, { kind, unit }]) => ({
    name,
    kind,
    ...(unit === undefined ? {} : { unit }),
  })),
  firstSeen: isoOfSeconds(target.firstSeen),
  lastSeen: isoOfSeconds(lastSeen),
  ...{ lagSeconds, state },
  ...(expectedShare === undefined ? {} : { expectedShare: sevenDigits(expectedShare) }),
  ...(target.notices === undefined
    ? {}
    : { notices: target.notices.map((notice) => ({ ...notice, at: isoOfSeconds(notice.at) })) }),
});
