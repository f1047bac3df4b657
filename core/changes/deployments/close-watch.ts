import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { ChangeRecord } from '../change.ts';
import type { DeploymentStore, StoredChange } from '../ports.ts';
import type { DeployExample } from '../risk/engine/risk-model.ts';
import { DEFAULT_WATCH_POLICY, judge } from '../watch-policy.ts';
import { announceProposal, proposalFor } from './propose-rollback.ts';

export interface CloseDeps {
  readonly changes: Pick<DeploymentStore, 'get' | 'update'>;
  readonly events: EventPublisher;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What ended a watch early, where something did. */
export interface WatchFailure {
  readonly error: string;
}

const closed = (record: ChangeRecord, failure: WatchFailure | undefined, now: number): ChangeRecord => {
  const { checks, policy = DEFAULT_WATCH_POLICY, supersededBy } = record;
  const found = judge(checks, policy);
  const common = { ...record, closedAt: now };
  if (found === 'unhealthy') return { ...common, health: found, proposal: proposalFor(record, now) };
  if (failure !== undefined)
    return { ...common, health: 'unknown', reason: `the watch failed: ${failure.error}` };
  if (supersededBy !== undefined) {
    return {
      ...common,
      health: 'superseded',
      reason: `${record.targetId} was deployed again: ${supersededBy}`,
    };
  }
  if (found !== 'unknown') return { ...common, health: found };
  return { ...common, health: found, reason: 'too little was measured to judge it' };
};

/** What a closed deployment teaches; nothing where its plan was not told or it could not be judged. */
const outcomeOf = ({ health, plan }: ChangeRecord): DeployExample | undefined => {
  if (plan === undefined) return undefined;
  if (health !== 'healthy' && health !== 'degraded' && health !== 'unhealthy') return undefined;
  return { features: plan.features, wasUnhealthy: health === 'unhealthy' };
};

/** Stores the verdict, unless there is one. */
const settle = async (
  { changes, now }: CloseDeps,
  stored: StoredChange,
  failure: WatchFailure | undefined,
): Promise<StoredChange | undefined> => {
  if (stored.record.health !== 'watching') return stored;
  const record = closed(stored.record, failure, Math.floor(now() / 1000));
  return changes.update({ record, pending: announceProposal(record) }, stored.revision, outcomeOf(record));
};

const ATTEMPTS = 3;

/**
 * Ends the watch of a deployment: stores what it came to, then announces the proposal to take it back where it is
 * unhealthy. Repeated after any failure, it publishes what was stored and not published yet, and changes nothing else.
 * @throws InvalidInputError for a change that does not exist, ConflictError where others keep writing it
 */
export const closeWatch = async (
  deps: CloseDeps,
  tenantId: string,
  changeId: string,
  failure?: WatchFailure,
): Promise<ChangeRecord> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await deps.changes.get(tenantId, changeId);
    if (stored === undefined) throw new InvalidInputError(`there is no change ${changeId}`);
    const settled = await settle(deps, stored, failure);
    if (settled === undefined) continue;
    if (settled.pending.length > 0) {
      await deps.events.publish(settled.pending);
      // Lost, it is published once more by a repeat, under the same id.
      await deps.changes.update({ record: settled.record, pending: [] }, settled.revision);
    }
    return settled.record;
  }
  throw new ConflictError(`the change ${changeId} kept changing`);
};
