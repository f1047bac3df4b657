import type { DynamoDBBatchResponse } from 'aws-lambda';
import { type TrackDeps, trackTarget } from '../../../core/anomalies/tracking/track-target.ts';
import type { BlockChanges, ChangedBlock, UnreadableRecord } from '../../../core/metrics/ports.ts';
import { errorFrom, InvalidInputError, isWorthRetrying } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { isParked, type ReadDeps } from '../../../core/shared/read-messages.ts';
import { traced } from '../../runtime/tracing/trace.ts';

export interface Deps extends TrackDeps, ReadDeps {
  /** Reads the blocks in an invocation's event; throws InvalidInputError for an event of another kind. */
  readonly blockChanges: (event: unknown) => BlockChanges;
}

/** Targets tracked at once: their reads overlap, the arithmetic does not. */
const TARGETS_AT_ONCE = 8;

const byTarget = (changed: readonly ChangedBlock[]): readonly (readonly ChangedBlock[])[] => {
  const groups = new Map<string, ChangedBlock[]>();
  for (const change of changed) {
    const { tenantId, targetId } = change.block.key;
    const owner = `${tenantId}#${targetId}`;
    groups.set(owner, [...(groups.get(owner) ?? []), change]);
  }
  return [...groups.values()];
};

/**
 * Tracks one target; returns the ids of the records to deliver again. Only failures that may pass are retried: until
 * then every other target of the shard waits. The rest is parked, and the detectors read what they missed with the
 * target's next block.
 */
const track = async (deps: Deps, blocks: readonly ChangedBlock[]): Promise<readonly string[]> => {
  const [first] = blocks;
  if (first === undefined) return [];
  const { tenantId, targetId } = first.block.key;
  const recordIds = blocks.map(({ recordId }) => recordId);
  try {
    await trackTarget(
      deps,
      { tenantId, targetId },
      blocks.map(({ block }) => block),
    );
    return [];
  } catch (thrown) {
    const error = errorFrom(thrown);
    deps.telemetry.count('DetectionFailed');
    deps.telemetry.error('detection failed for a target', { tenantId, targetId }, error);
    if (isWorthRetrying(error)) return recordIds;
    const body = JSON.stringify({ tenantId, targetId, hours: blocks.map(({ block }) => block.key.hour) });
    return (await isParked(deps, { id: first.recordId, body }, error)) ? [] : recordIds;
  }
};

const trackTraced = (deps: Deps, blocks: readonly ChangedBlock[]): Promise<readonly string[]> => {
  const key = blocks[0]?.block.key;
  const ids = { tenant: key?.tenantId, target: key?.targetId };
  return traced({ origins: blocks.map(({ trace }) => trace), ids }, () => track(deps, blocks));
};

/** Parks records without a readable block; returns the ids of those that could not be parked. */
const parkUnreadable = async (
  deps: Deps,
  unreadable: readonly UnreadableRecord[],
): Promise<readonly string[]> => {
  const failed: string[] = [];
  for (const { recordId, summary, reason } of unreadable) {
    const message = { id: recordId, body: summary };
    if (!(await isParked(deps, message, new InvalidInputError(reason)))) failed.push(recordId);
  }
  return failed;
};

/**
 * Detects anomalies in changed hour blocks, target by target. Records of failed targets are reported, and Lambda delivers
 * again from the first of these records.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const { changed, unreadable } = deps.blockChanges(event);
    const notParked = await parkUnreadable(deps, unreadable);
    const failed = await inParallel(TARGETS_AT_ONCE, byTarget(changed), (blocks) =>
      trackTraced(deps, blocks),
    );
    const itemFailures = [...notParked, ...failed.flat()];
    return { batchItemFailures: itemFailures.map((itemIdentifier) => ({ itemIdentifier })) };
  };
