import type * as z from 'zod';
import { isoOfSeconds } from '../../shared/time.ts';
import { type ChangeRecord, healthNow, type ChangeSummary as StoredSummary, summaryOf } from '../change.ts';
import { DEFAULT_WATCH_POLICY, dueAt } from '../watch-policy.ts';
import type { ChangeDetail, ChangeSummary, RecordedChange } from './changes.ts';

/** `now` in epoch seconds. */
export const presentChange = (found: StoredSummary, now: number): z.infer<typeof ChangeSummary> => {
  const { changeId, targetId, kind, summary, at, version, previousVersion, score, risk, riskLevel } = found;
  return {
    ...{ id: changeId, target: targetId, kind, summary, at: isoOfSeconds(at) },
    ...(version === undefined ? {} : { version }),
    ...(previousVersion === undefined ? {} : { previousVersion }),
    health: healthNow(found, now),
    ...(score === undefined ? {} : { score }),
    ...(risk === undefined || riskLevel === undefined ? {} : { risk, riskLevel }),
  };
};

type Detail = z.infer<typeof ChangeDetail>;

const presentCheck = (check: ChangeRecord['checks'][number]): Detail['checks'][number] => ({
  minutes: check.minutes,
  until: isoOfSeconds(check.until),
  checkedAt: isoOfSeconds(check.checkedAt),
  score: check.health,
  confidence: check.confidence,
  judged: check.judged,
  sent: check.sent,
  evidence: check.parts.map(({ text, weight, harm }) => ({
    text,
    points: Number((100 * weight * harm).toFixed(1)),
  })),
});

const presentProposal = (
  proposal: NonNullable<ChangeRecord['proposal']>,
): NonNullable<Detail['proposal']> => ({
  action: proposal.action,
  target: proposal.targetId,
  ...(proposal.from === null ? {} : { from: proposal.from }),
  ...(proposal.to === null ? {} : { to: proposal.to }),
  confidence: proposal.confidence,
  expiresAt: isoOfSeconds(proposal.expiresAt),
});

const nextCheckAt = ({ at, checks, policy = DEFAULT_WATCH_POLICY }: ChangeRecord): Partial<Detail> => {
  const minutes = policy.checkMinutes[checks.length];
  return minutes === undefined ? {} : { nextCheckAt: isoOfSeconds(dueAt(at, minutes)) };
};

/** `now` in epoch seconds. */
export const presentChangeDetail = (record: ChangeRecord, now: number): Detail => {
  const summary = presentChange({ ...summaryOf(record), tenantId: record.tenantId }, now);
  const isStuck = record.health === 'watching' && summary.health === 'unknown';
  const reason = isStuck ? 'the watch did not end' : record.reason;
  return {
    ...summary,
    recordedAt: isoOfSeconds(record.recordedAt),
    ...(record.plan === undefined ? {} : { assessment: record.plan.assessment }),
    checks: record.checks.map(presentCheck),
    ...(summary.health === 'watching' ? nextCheckAt(record) : {}),
    ...(record.closedAt === undefined ? {} : { closedAt: isoOfSeconds(record.closedAt) }),
    ...(reason === undefined ? {} : { reason }),
    ...(record.proposal === undefined ? {} : { proposal: presentProposal(record.proposal) }),
  };
};

export const presentRecordedChange = ({
  changeId,
  at,
  health,
  plan,
}: ChangeRecord): z.infer<typeof RecordedChange> => ({
  id: changeId,
  at: isoOfSeconds(at),
  health,
  ...(plan === undefined ? {} : { assessment: plan.assessment }),
});
