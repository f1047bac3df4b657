import { decodeBlock } from '../core/metrics/blocks/block-codec.ts';
import type { BlockStore, TargetRegistry } from '../core/metrics/ports.ts';
import { hourOf } from '../core/shared/time.ts';

export interface StoredCount {
  readonly targets: number;
  readonly series: number;
  readonly points: number;
}

const PAGE = 100;

/** Counts what really is in storage by decoding every block of every target: the "out" of "counts in and out". */
export const countStored = async (
  registry: TargetRegistry,
  blocks: Pick<BlockStore, 'readRange'>,
  tenantId: string,
  only: (targetId: string) => boolean = () => true,
): Promise<StoredCount> => {
  let [targets, series, points] = [0, 0, 0];
  let cursor: string | undefined;
  do {
    const page = await registry.list(tenantId, { limit: PAGE, cursor });
    for (const target of page.items.filter(({ targetId }) => only(targetId))) {
      targets++;
      series += Object.keys(target.metrics).length;
      const stored = await blocks.readRange(
        tenantId,
        target.targetId,
        hourOf(target.firstSeen),
        hourOf(target.lastSeen),
      );
      for (const { bytes } of stored) points += bytes === undefined ? 0 : pointsIn(bytes);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { targets, series, points };
};

const pointsIn = (bytes: Uint8Array): number => {
  let points = 0;
  for (const series of decodeBlock(bytes).values()) points += series.offsets.length;
  return points;
};
