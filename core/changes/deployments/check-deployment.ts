import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { ChangeRecord, HealthCheck } from '../change.ts';
import type { DeploymentStore, StoredChange } from '../ports.ts';
import { DEFAULT_WATCH_POLICY, dueAt, isUnhealthy, windowOf } from '../watch-policy.ts';
import { type GatherDeps, gatherMaterial } from './gather-material.ts';
import { type HealthScore, scoreDeployment } from './health/score-deployment.ts';

export interface CheckDeps extends GatherDeps {
  readonly changes: Pick<DeploymentStore, 'get' | 'update' | 'during'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The next step of the watch: another check, a proposal to roll back, or its end. */
export interface CheckOutcome {
  readonly next: 'check' | 'roll-back' | 'close';
  readonly tenantId: string;
  readonly changeId: string;
  /** Number of the next check, and when it is due. */
  readonly check: number;
  readonly checkAt: string;
  /** Health found by this check; null if there was too little data. */
  readonly health: number | null;
}

const MAX_PARTS = 10;
const MAX_ATTEMPTS = 3;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const checkOf = (score: HealthScore, minutes: number, until: number, now: number): HealthCheck => ({
  minutes,
  until,
  checkedAt: now,
  health: score.health === null ? null : rounded(score.health, 1),
  confidence: rounded(score.confidence, 3),
  judged: score.judged,
  sent: score.sent,
  parts: score.parts
    .slice(0, MAX_PARTS)
    .map(({ weight, harm, text }) => ({ weight: rounded(weight, 3), harm: rounded(harm, 3), text })),
});

const nextOf = ({
  checks,
  policy = DEFAULT_WATCH_POLICY,
  supersededBy,
}: ChangeRecord): CheckOutcome['next'] => {
  if (isUnhealthy(checks, policy)) return 'roll-back';
  return supersededBy !== undefined || checks.length >= policy.checkMinutes.length ? 'close' : 'check';
};

const outcomeOf = (record: ChangeRecord): CheckOutcome => {
  const { tenantId, changeId, at, checks, policy = DEFAULT_WATCH_POLICY } = record;
  const minutes = policy.checkMinutes[Math.min(checks.length, policy.checkMinutes.length - 1)]!;
  const checkAt = isoOfSeconds(dueAt(at, minutes));
  const next = record.health === 'watching' ? nextOf(record) : 'close';
  return { next, tenantId, changeId, check: checks.length, checkAt, health: checks.at(-1)?.health ?? null };
};

/** The next deployment of the same target: from then on, effects cannot be attributed to this one. */
const successorOf = async (
  { changes }: CheckDeps,
  { tenantId, changeId, targetId, at }: ChangeRecord,
  until: number,
): Promise<string | undefined> => {
  const later = await changes.during(tenantId, at, until);
  return later.findLast(
    (each) =>
      each.kind === 'deployment' && each.targetId === targetId && each.changeId !== changeId && each.at > at,
  )?.changeId;
};

const checked = async (deps: CheckDeps, record: ChangeRecord): Promise<ChangeRecord> => {
  const { at, checks, policy = DEFAULT_WATCH_POLICY } = record;
  const minutes = policy.checkMinutes[checks.length]!;
  const window = windowOf(at, minutes);
  const supersededBy = await successorOf(deps, record, window.until);
  if (supersededBy !== undefined) return { ...record, supersededBy };
  const score = scoreDeployment(await gatherMaterial(deps, record, window));
  const check = checkOf(score, minutes, window.until, Math.floor(deps.now() / 1000));
  return { ...record, checks: [...checks, check] };
};

/** True if this check was made before, or the watch is over. */
const isDone = ({ record }: StoredChange, check: number): boolean =>
  record.health !== 'watching' || record.checks.length > check || nextOf(record) !== 'check';

/**
 * Makes check number `check` (from 0) of a deployment and stores its score. A repeated check is not made again and
 * returns the same outcome.
 * @throws InvalidInputError if the change does not exist, ConflictError if other writers win every attempt
 */
export const checkDeployment = async (
  deps: CheckDeps,
  tenantId: string,
  changeId: string,
  check: number,
): Promise<CheckOutcome> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = await deps.changes.get(tenantId, changeId);
    if (stored === undefined) throw new InvalidInputError(`change ${changeId} does not exist`);
    if (isDone(stored, check)) return outcomeOf(stored.record);
    const record = await checked(deps, stored.record);
    if (await deps.changes.update({ record, pending: stored.pending }, stored.revision))
      return outcomeOf(record);
  }
  throw new ConflictError(`change ${changeId}: lost ${MAX_ATTEMPTS} write races`);
};
