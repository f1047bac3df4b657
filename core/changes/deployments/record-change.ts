import { createHash } from 'node:crypto';
import type { SignalSender } from '../../incidents/ports.ts';
import type { TenantQuotas } from '../../platform/access/ports.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { WorkflowStarter } from '../../shared/messaging.ts';
import { DAY_SECONDS, isoOfSeconds } from '../../shared/time.ts';
import { type AssessDeps, assessPlan, type DescribedPlan } from '../assessment/assess-plan.ts';
import type { ChangeKind, ChangeRecord } from '../change.ts';
import type { DeploymentStore } from '../ports.ts';
import { DEFAULT_WATCH_POLICY, dueAt, type WatchPolicy } from '../watch-policy.ts';

export interface RecordDeps extends AssessDeps {
  readonly changes: Pick<DeploymentStore, 'create' | 'get' | 'during' | 'outcomes'>;
  readonly signals: Pick<SignalSender, 'send'>;
  readonly workflow: WorkflowStarter;
  readonly quotas: TenantQuotas;
}

/** A change as reported by a caller. `at` is in epoch seconds and defaults to now. */
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

/** Too old to separate the effect of the deployment from what happened since. */
const MAX_AGE_SECONDS = DAY_SECONDS;
/** Allowed difference between clocks. */
const MAX_CLOCK_SKEW_SECONDS = 300;

/** Keeps IDs stable for changes recorded before kinds and versions existed. */
const idOf = (
  { id, target, summary, kind, version, previousVersion }: ReportedChange,
  at: number,
): string => {
  const more =
    kind === 'other' && version === undefined ? [] : [kind, version ?? null, previousVersion ?? null];
  return id ?? `change-${contentHash(JSON.stringify([target, at, summary, ...more]))}`;
};

/** The initial health of a change: watched, or not watched with the reason. */
const watchOf = ({ kind, watch }: ReportedChange, at: number, now: number) => {
  if (kind !== 'deployment') return { health: 'not-watched' as const };
  if (at > now + MAX_CLOCK_SKEW_SECONDS) {
    throw new InvalidInputError('at: found a time in the future, expected when the deployment was made', {
      field: 'at',
    });
  }
  if (at < now - MAX_AGE_SECONDS) {
    return { health: 'not-watched' as const, reason: 'it was reported more than a day late' };
  }
  return { health: 'watching' as const, policy: watch ?? DEFAULT_WATCH_POLICY };
};

/**
 * A deployment beyond the watches of the hour is evidence for incidents, but its health is not scored. A deployment that
 * is reported several times draws one watch.
 */
const withinQuota = async (
  { quotas }: RecordDeps,
  { tenantId, changeId }: Pick<ChangeRecord, 'tenantId' | 'changeId'>,
  wanted: ReturnType<typeof watchOf>,
  now: number,
): Promise<ReturnType<typeof watchOf>> => {
  if (wanted.health !== 'watching') return wanted;
  const refused = await quotas.takeEach(tenantId, 'watchesPerHour', [changeId], now * 1000);
  if (refused.length === 0) return wanted;
  return { health: 'not-watched', reason: "the tenant's watches of this hour are used up" };
};

const REPORTED_FIELDS = ['targetId', 'summary', 'kind', 'version', 'previousVersion'] as const;

const refuseOther = (stored: ChangeRecord, reported: ChangeRecord, givenAt: number | undefined): void => {
  const isOther = REPORTED_FIELDS.some((name) => stored[name] !== reported[name]);
  if (!isOther && (givenAt === undefined || givenAt === stored.at)) return;
  throw new ConflictError(`a different change has the ID ${reported.changeId}`);
};

/** Name of the execution that watches a change (at most 80 characters); the same change always has the same name. */
export const watchNameOf = (tenantId: string, changeId: string): string =>
  `${tenantId}-${createHash('sha256').update(changeId).digest('hex').slice(0, 32)}`;

/** Input of the watch-deployment workflow. */
export const watchInputOf = ({ tenantId, changeId, at, policy }: ChangeRecord) => ({
  tenantId,
  changeId,
  check: 0,
  checkAt: isoOfSeconds(dueAt(at, (policy ?? DEFAULT_WATCH_POLICY).checkMinutes[0]!)),
});

/**
 * Records a change, sends it to the incidents as a signal, and starts the watch of a deployment. A repeat after any
 * failure keeps the stored change and completes the missing steps. `now` in epoch seconds.
 * @throws InvalidInputError, ConflictError if the ID belongs to a different change
 */
export const recordChange = async (
  deps: RecordDeps,
  tenantId: string,
  reported: ReportedChange,
  now: number,
): Promise<ChangeRecord> => {
  const at = reported.at ?? now;
  const changeId = idOf(reported, at);
  const { target: targetId, summary, kind, version, previousVersion, plan } = reported;
  const common = { tenantId, changeId, targetId, at, summary, kind, version, previousVersion };
  const watch = await withinQuota(deps, common, watchOf(reported, at, now), now);
  const assessed = plan && (await assessPlan(deps, tenantId, plan, targetId, now));
  const wanted: ChangeRecord = { ...common, recordedAt: now, plan: assessed, checks: [], ...watch };
  // Store first, so that an incident that opens before the signal arrives finds the change.
  const { stored, isNew } = await deps.changes.create(wanted);
  const { record } = stored;
  if (!isNew) refuseOther(record, wanted, reported.at);
  await deps.signals.send({ kind: 'change', signalId: changeId, tenantId, targetId, at: record.at, summary });
  if (record.health === 'watching') {
    await deps.workflow.start(watchNameOf(tenantId, changeId), watchInputOf(record));
  }
  return record;
};
