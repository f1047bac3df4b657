/** A change as stored: its report, the risk of its plan, and the health of its target afterwards. */
import * as z from 'zod';
import { HOUR_SECONDS } from '../shared/time.ts';
import { RollbackPlan } from './events.ts';
import { ChangeFeatures } from './risk/engine/change-features.ts';
import { RISK_LEVELS, RiskAssessment } from './risk/engine/risk-model.ts';
import { dueAt, WatchPolicy } from './watch-policy.ts';

/** Only deployments are watched. */
export const CHANGE_KINDS = ['deployment', 'configuration', 'infrastructure', 'other'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** `watching`: the watch is running; `superseded`: its target was deployed again before the watch ended. */
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

/** One check of a deployment. Times are epoch seconds. */
export const HealthCheck = z.object({
  minutes: z.number(),
  /** End of the data that the check used. */
  until: z.number(),
  checkedAt: z.number(),
  health: z.number().nullable(),
  confidence: z.number(),
  /** The target's metrics that had enough data, out of those it sent. */
  judged: z.number(),
  sent: z.number(),
  parts: z.array(HealthPart),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/** The fields of a change that lists show. Times are epoch seconds. */
export const ChangeSummary = z.object({
  changeId: z.string(),
  targetId: z.string(),
  at: z.number(),
  summary: z.string(),
  kind: z.enum(CHANGE_KINDS),
  version: z.string().optional(),
  previousVersion: z.string().optional(),
  health: z.enum(CHANGE_HEALTHS),
  /** The newest score that is not null. */
  score: z.number().optional(),
  /** End of the watch. */
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
  /** Set if the change is watched. */
  policy: WatchPolicy.optional(),
  checks: z.array(HealthCheck),
  health: z.enum(CHANGE_HEALTHS),
  /** Why it is not watched, or why its health is unknown. */
  reason: z.string().optional(),
  supersededBy: z.string().optional(),
  closedAt: z.number().optional(),
  proposal: RollbackPlan.extend({ confidence: z.number(), expiresAt: z.number() }).optional(),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** An execution that has not closed the watch this long after its end never will. */
const LATE_SECONDS = HOUR_SECONDS;

const watchEnd = ({ at, recordedAt, policy }: ChangeRecord): number | undefined =>
  policy && Math.max(recordedAt, dueAt(at, policy.checkMinutes.at(-1)!));

/** The newest score that is not null. */
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

/** Health as of `now` (epoch seconds). A watch that never closed is `unknown`, not `watching`. */
export const healthNow = (
  { health, watchUntil }: Pick<ChangeSummary, 'health' | 'watchUntil'>,
  now: number,
): ChangeHealth =>
  health === 'watching' && watchUntil !== undefined && now > watchUntil + LATE_SECONDS ? 'unknown' : health;
