/** Reads the times of targets' points. */
import { historyOf } from '../../metrics/blocks/block-history.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { chunksOf, inParallel } from '../../shared/in-parallel.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { hourOf } from '../../shared/time.ts';
import { type Activity, activityOf } from './activity.ts';

export interface PointDeps {
  readonly blocks: Pick<BlockStore, 'read' | 'readRange'>;
  readonly telemetry: Telemetry;
}

const TARGETS_AT_ONCE = 100;

const decoded = (
  { telemetry }: PointDeps,
  tenantId: string,
  targetId: string,
  blocks: readonly StoredBlock[],
): Activity | undefined => {
  try {
    const points = [...historyOf(blocks)].map(([metric, { timestamps }]) => [metric, timestamps] as const);
    return activityOf(targetId, new Map(points));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('BlockUnusable');
    telemetry.error('a damaged block hides the last points of a target', { tenantId, targetId }, error);
    return undefined;
  }
};

/** Calls `take` with each target's activity in this hour and the one before; undefined if it sent nothing. */
export const glanceAt = async <Target extends { readonly targetId: string }>(
  deps: PointDeps,
  tenantId: string,
  targets: readonly Target[],
  now: number,
  take: (target: Target, activity: Activity | undefined) => void,
): Promise<void> => {
  const hours = [hourOf(now) - 1, hourOf(now)];
  await inParallel(1, chunksOf(TARGETS_AT_ONCE, targets), async (some) => {
    const keys = some.flatMap(({ targetId }) => hours.map((hour) => ({ tenantId, targetId, hour })));
    const byTarget = Map.groupBy(await deps.blocks.read(keys), ({ key }) => key.targetId);
    for (const target of some)
      take(target, decoded(deps, tenantId, target.targetId, byTarget.get(target.targetId) ?? []));
  });
};

/** A target's activity from `from` until now, in epoch seconds. */
export const readActivity = async (
  deps: PointDeps,
  tenantId: string,
  targetId: string,
  from: number,
  now: number,
): Promise<Activity | undefined> =>
  decoded(
    deps,
    tenantId,
    targetId,
    await deps.blocks.readRange(tenantId, targetId, hourOf(from), hourOf(now)),
  );
