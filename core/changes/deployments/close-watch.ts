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

/** The error that ended a watch early. */
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
      reason: `${record.targetId} was deployed again (change ${supersededBy})`,
    };
  }
  if (found !== 'unknown') return { ...common, health: found };
  return { ...common, health: found, reason: 'too little data to score its health' };
};

/** The example for the risk model; undefined if the deployment had no plan or no verdict. */
const outcomeOf = ({ health, plan }: ChangeRecord): DeployExample | undefined => {
  if (plan === undefined) return undefined;
  if (health !== 'healthy' && health !== 'degraded' && health !== 'unhealthy') return undefined;
  return { features: plan.features, wasUnhealthy: health === 'unhealthy' };
};

/** Stores the verdict unless the watch has one. Returns undefined if another writer was first. */
const storeVerdict = async (
  { changes, now }: CloseDeps,
  stored: StoredChange,
  failure: WatchFailure | undefined,
): Promise<StoredChange | undefined> => {
  if (stored.record.health !== 'watching') return stored;
  const record = closed(stored.record, failure, Math.floor(now() / 1000));
  return changes.update({ record, pending: announceProposal(record) }, stored.revision, outcomeOf(record));
};

const MAX_ATTEMPTS = 3;

/**
 * Ends the watch of a deployment: stores the verdict, then announces a proposal to roll back if the deployment is
 * unhealthy. A repeat after a failure publishes the stored events that were not published yet and changes nothing else.
 * @throws InvalidInputError if the change does not exist, ConflictError if other writers win every attempt
 */
export const closeWatch = async (
  deps: CloseDeps,
  tenantId: string,
  changeId: string,
  failure?: WatchFailure,
): Promise<ChangeRecord> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = await deps.changes.get(tenantId, changeId);
    if (stored === undefined) throw new InvalidInputError(`change ${changeId} does not exist`);
    const closing = await storeVerdict(deps, stored, failure);
    if (closing === undefined) continue;
    if (closing.pending.length > 0) {
      await deps.events.publish(closing.pending);
      // If this write is lost, a repeat publishes the events again under the same IDs.
      await deps.changes.update({ record: closing.record, pending: [] }, closing.revision);
    }
    return closing.record;
  }
  throw new ConflictError(`change ${changeId}: lost ${MAX_ATTEMPTS} write races`);
};
