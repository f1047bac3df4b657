/** Targets in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { METRIC_KINDS } from '../series/metric-series.ts';
import { NOTICE_CODES, PROFILES, type Target as StoredTarget } from '../targets/target.ts';

export const TargetsQuery = z.strictObject({
  ...paging,
  profile: z.enum(PROFILES).optional(),
  search: z.string().min(1).max(128).optional().describe('Part of the id, in upper or lower case'),
});
export type TargetsQuery = z.infer<typeof TargetsQuery>;

export const Target = named(
  'Target',
  z.object({
    id: z.string(),
    profile: z.enum(PROFILES),
    metrics: z.array(z.object({ name: z.string(), kind: z.enum(METRIC_KINDS), unit: z.string().optional() })),
    firstSeen: ResponseInstant,
    lastSeen: ResponseInstant.describe('Newest stored point, give or take an hour'),
    notices: z
      .array(z.object({ code: z.enum(NOTICE_CODES), at: ResponseInstant, detail: z.string() }))
      .optional()
      .describe(
        'Limits that the target exceeded within a week of `lastSeen`: something that it sent is missing',
      ),
  }),
);

export const TargetPage = pageOf('TargetPage', Target);

export const presentTarget = (target: StoredTarget): z.infer<typeof Target> => ({
  id: target.targetId,
  profile: target.profile,
  metrics: Object.entries(target.metrics).map(([name, { kind, unit }]) => ({
    name,
    kind,
    ...(unit === undefined ? {} : { unit }),
  })),
  firstSeen: isoOfSeconds(target.firstSeen),
  lastSeen: isoOfSeconds(target.lastSeen),
  ...(target.notices === undefined
    ? {}
    : { notices: target.notices.map((notice) => ({ ...notice, at: isoOfSeconds(notice.at) })) }),
});
