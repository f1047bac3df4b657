/** Reads the times of targets' points. */
import { type History, historyOf } from '../../metrics/blocks/block-history.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
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

/** Blocks held at once for a target: a look at the last day needs one read, and the largest blocks take 11 MB. */
const HOURS_AT_ONCE = 28;
/** Bytes of blocks after which a check of a tenant looks no further back, so that it leaves time for others. */
const MAX_READ_BYTES = 60_000_000;

const decoded = async (
  { telemetry }: PointDeps,
  tenantId: string,
  targetId: string,
  read: () => ReadonlyMap<string, History> | Promise<ReadonlyMap<string, History>>,
): Promise<Activity | undefined> => {
  try {
    const points = [...(await read())].map(([metric, { timestamps }]) => [metric, timestamps] as const);
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
    for (const target of some) {
      const { targetId } = target;
      take(target, await decoded(deps, tenantId, targetId, () => historyOf(byTarget.get(targetId) ?? [])));
    }
  });
};

/** Reads blocks until they are many bytes; then `isSpent`. */
export const withBudget = (
  blocks: PointDeps['blocks'],
): { readonly blocks: PointDeps['blocks']; readonly isSpent: () => boolean } => {
  let bytes = 0;
  return {
    blocks: {
      read: (keys) => blocks.read(keys),
      readRange: async (...range) => {
        const read = await blocks.readRange(...range);
        for (const block of read) bytes += block.bytes?.length ?? 0;
        return read;
      },
    },
    isSpent: () => bytes > MAX_READ_BYTES,
  };
};

/**
 * A target's activity from `from` until now, in epoch seconds. Of dense metrics it holds the newest point of each minute:
 * a target that sends every second has millions of points in a week.
 */
export const readActivity = async (
  deps: PointDeps,
  tenantId: string,
  targetId: string,
  from: number,
  now: number,
): Promise<Activity | undefined> =>
  decoded(deps, tenantId, targetId, () =>
    readHistory(
      deps.blocks,
      { tenantId, targetId, fromHour: hourOf(from), toHour: hourOf(now) },
      { hoursAtOnce: HOURS_AT_ONCE, thinAs: () => 'counter' },
    ),
  );
