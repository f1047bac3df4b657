/** A change as it is kept: what was told of it, the risk of its plan, and how its target did afterwards. */

import * as z from 'zod';
import { HOUR_SECONDS } from '../shared/time.ts';
import { RollbackPlan } from './events.ts';
import { ChangeFeatures } from './risk/engine/change-features.ts';
import { RISK_LEVELS, RiskAssessment } from './risk/engine/risk-model.ts';
import { dueAt, WatchPolicy } from './watch-policy.ts';

/** Only deployments are watched. */
export const CHANGE_KINDS = ['deployment', 'configuration', 'infrastructure', 'other'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** `watching`: not over yet; `superseded`: its target was deployed again before it could be judged. */
export const CHANGE_HEALTHS = [
  'watching',
  'healthy',
  'degraded',
  'unhealthy',
  'unknown',
  'superseded',
  'not-watched',
] as const;
export type ChangeHealth = (typeof CHANGE_HEALTHS)[number];

export const HealthPart = z.object({ weight: z.number(), harm: z.number(), text: z.string() });

/** One look at a deployment. Times are epoch seconds. */
export const HealthCheck = z.object({
  minutes: z.number(),
  /** Data up to here were looked at. */
  until: z.number(),
  checkedAt: z.number(),
  health: z.number().nullable(),
  sureness: z.number(),
  /** Own metrics that could be judged, of those sent. */
  judged: z.number(),
  sent: z.number(),
  parts: z.array(HealthPart),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/** What is listed of a change. Times are epoch seconds. */
export const ChangeSummary = z.object({
  changeId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  kind: z.enum(CHANGE_KINDS),
  version: z.string().optional(),
  previousVersion: z.string().optional(),
  health: z.enum(CHANGE_HEALTHS),
  /** The newest known score. */
  score: z.number().optional(),
  /** When the watch is over. */
  watchUntil: z.number().optional(),
  risk: z.number().optional(),
  riskLevel: z.enum(RISK_LEVELS).optional(),
});
export type ChangeSummary = z.infer<typeof ChangeSummary> & { readonly tenantId: string };

export const ChangeRecord = z.object({
  tenantId: z.string(),
  changeId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  kind: z.enum(CHANGE_KINDS),
  version: z.string().optional(),
  previousVersion: z.string().optional(),
  recordedAt: z.number(),
  plan: z.object({ features: ChangeFeatures, assessment: RiskAssessment }).optional(),
  /** Of watched ones. */
  policy: WatchPolicy.optional(),
  checks: z.array(HealthCheck),
  health: z.enum(CHANGE_HEALTHS),
  /** Why it was not watched, or could not be judged. */
  reason: z.string().optional(),
  supersededBy: z.string().optional(),
  closedAt: z.number().optional(),
  proposal: RollbackPlan.extend({ confidence: z.number(), expiresAt: z.number() }).optional(),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** An execution that has not closed the watch so long after its end never will. */
const LATE_SECONDS = HOUR_SECONDS;

const watchEnd = ({ at, recordedAt, policy }: ChangeRecord): number | undefined =>
  policy && Math.max(recordedAt, dueAt(at, policy.checkMinutes.at(-1)!));

/** The newest score that is known. */
export const newestScore = ({ checks }: ChangeRecord): number | undefined =>
  checks.findLast(({ health }) => health !== null)?.health ?? undefined;

export const summaryOf = (record: ChangeRecord): ChangeSummary => {
  const { tenantId, changeId, targetId, at, summary, kind, version, previousVersion, health, plan } = record;
  return {
    ...{ tenantId, changeId, targetId, at, summary, kind, version, previousVersion, health },
    score: newestScore(record),
    watchUntil: watchEnd(record),
    risk: plan?.assessment.risk,
    riskLevel: plan?.assessment.level,
  };
};

/** Its health as of `now` (epoch seconds): a watch that should long be over is not going on. */
export const healthNow = (
  { health, watchUntil }: Pick<ChangeSummary, 'health' | 'watchUntil'>,
  now: number,
): ChangeHealth =>
  health === 'watching' && watchUntil !== undefined && now > watchUntil + LATE_SECONDS ? 'unknown' : health;
