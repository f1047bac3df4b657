import type { DynamoDBBatchResponse } from 'aws-lambda';
import { type TrackDeps, trackTarget } from '../../../core/anomalies/tracking/track-target.ts';
import type { BlockChanges, ChangedBlock } from '../../../core/metrics/ports.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';

export interface Deps extends TrackDeps {
  /** Reads the blocks in an invocation's event; throws InvalidInputError for an event of another kind. */
  readonly blockChanges: (event: unknown) => BlockChanges;
}

/** Targets followed at once: their reads overlap, the arithmetic does not. */
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

/** Follows one target; returns the ids of the records to deliver again. A damaged block never gets better. */
const follow = async (deps: TrackDeps, blocks: readonly ChangedBlock[]): Promise<readonly string[]> => {
  const [first] = blocks;
  if (first === undefined) return [];
  const { tenantId, targetId } = first.block.key;
  try {
    await trackTarget(
      deps,
      { tenantId, targetId },
      blocks.map(({ block }) => block),
    );
    return [];
  } catch (error) {
    const isHopeless = error instanceof InvalidInputError;
    deps.telemetry.count(isHopeless ? 'BlockUnusable' : 'DetectionFailed');
    const decision = isHopeless ? 'given up' : 'left for redelivery';
    deps.telemetry.error('a target could not be watched', { tenantId, targetId, decision }, error);
    return isHopeless ? [] : blocks.map(({ recordId }) => recordId);
  }
};

/**
 * Looks for anomalies in changed hour blocks, target by target; records of targets that failed are reported, and
 * delivered again from the first of them on.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const { changed, unreadable } = deps.blockChanges(event);
    if (unreadable > 0) {
      deps.telemetry.count('BlockUnusable', unreadable);
      deps.telemetry.error('records without a block', { records: unreadable });
    }
    const failed = await inParallel(TARGETS_AT_ONCE, byTarget(changed), (blocks) => follow(deps, blocks));
    return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
