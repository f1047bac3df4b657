import { createHash } from 'node:crypto';
import type { SignalSender } from '../../incidents/ports.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { WorkflowStarter } from '../../shared/messaging.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { ChangeKind, ChangeRecord } from '../change.ts';
import type { DeploymentStore } from '../ports.ts';
import { type AssessDeps, assessPlan, type DescribedPlan } from '../risk/assess-plan.ts';
import { DEFAULT_WATCH_POLICY, dueAt, type WatchPolicy } from '../watch-policy.ts';

export interface RecordDeps extends AssessDeps {
  readonly changes: Pick<DeploymentStore, 'create' | 'get' | 'during' | 'outcomes'>;
  readonly signals: Pick<SignalSender, 'send'>;
  readonly workflow: WorkflowStarter;
}

/** A change as somebody tells of it; `at` in epoch seconds, now where left out. */
export interface ReportedChange {
  readonly id?: string | undefined;
  readonly target: string;
  readonly summary: string;
  readonly at?: number | undefined;
  readonly kind: ChangeKind;
  readonly version?: string | undefined;
  readonly previousVersion?: string | undefined;
  readonly plan?: DescribedPlan | undefined;
  readonly watch?: WatchPolicy | undefined;
}

/** Longer ago, what was expected without it can no longer be told from what followed. */
const WATCHED_WITHIN_SECONDS = DAY_SECONDS;
/** How far clocks may differ. */
const MOST_AHEAD_SECONDS = 300;

/** Ids of changes that name nothing but target and summary are as they always were. */
const idOf = (
  { id, target, summary, kind, version, previousVersion }: ReportedChange,
  at: number,
): string => {
  const more =
    kind === 'other' && version === undefined ? [] : [kind, version ?? null, previousVersion ?? null];
  return id ?? `change-${contentHash(JSON.stringify([target, at, summary, ...more]))}`;
};

/** Whether a deployment is watched, or why not. */
const watchOf = ({ kind, watch }: ReportedChange, at: number, now: number) => {
  if (kind !== 'deployment') return { health: 'not-watched' as const };
  if (at > now + MOST_AHEAD_SECONDS) {
    throw new InvalidInputError('a deployment is told of once it is made: at lies ahead', { field: 'at' });
  }
  if (at < now - WATCHED_WITHIN_SECONDS) {
    return { health: 'not-watched' as const, reason: 'it was told of more than a day later' };
  }
  return { health: 'watching' as const, policy: watch ?? DEFAULT_WATCH_POLICY };
};

const TOLD = ['targetId', 'summary', 'kind', 'version', 'previousVersion'] as const;

const refuseOther = (stored: ChangeRecord, told: ChangeRecord, givenAt: number | undefined): void => {
  const isOther = TOLD.some((name) => stored[name] !== told[name]);
  if (!isOther && (givenAt === undefined || givenAt === stored.at)) return;
  throw new ConflictError(`another change is recorded under the id ${told.changeId}`);
};

/** Name of the execution that watches a change: the same change always has the same one (at most 80 characters). */
export const watchNameOf = (tenantId: string, changeId: string): string =>
  `${tenantId}-${createHash('sha256').update(changeId).digest('hex').slice(0, 32)}`;

/** Input of the workflow watch-deployment. */
export const watchInputOf = ({ tenantId, changeId, at, policy }: ChangeRecord) => ({
  tenantId,
  changeId,
  check: 0,
  checkAt: new Date(dueAt(at, (policy ?? DEFAULT_WATCH_POLICY).checkMinutes[0]!) * 1000).toISOString(),
});

/**
 * Records a change, tells incidents of it, and has a deployment watched. May be repeated after any failure: what is
 * stored stays as it is, and what was not done is done. `now` in epoch seconds.
 * @throws InvalidInputError, ConflictError where the id stands for another change
 */
export const recordChange = async (
  deps: RecordDeps,
  tenantId: string,
  told: ReportedChange,
  now: number,
): Promise<ChangeRecord> => {
  const at = told.at ?? now;
  const changeId = idOf(told, at);
  const { target: targetId, summary, kind, version, previousVersion, plan } = told;
  const common = { tenantId, changeId, targetId, at, summary, kind, version, previousVersion };
  const watched = watchOf(told, at, now);
  const assessed = plan && (await assessPlan(deps, tenantId, plan, targetId, now));
  const wanted: ChangeRecord = { ...common, recordedAt: now, plan: assessed, checks: [], ...watched };
  // Stored first: an incident that opens before the message arrives finds it.
  const { stored, isNew } = await deps.changes.create(wanted);
  const { record } = stored;
  if (!isNew) refuseOther(record, wanted, told.at);
  await deps.signals.send({ kind: 'change', signalId: changeId, tenantId, targetId, at: record.at, summary });
  if (record.health === 'watching') {
    await deps.workflow.start(watchNameOf(tenantId, changeId), watchInputOf(record));
  }
  return record;
};
