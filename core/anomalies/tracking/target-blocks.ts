/** The hour blocks of one target, by hour (whole hours since the epoch). */

import type { Block } from '../../metrics/blocks/block.ts';
import { decodeBlock } from '../../metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import type { Owner } from '../anomaly.ts';

export type TargetBlocks = ReadonlyMap<number, Block>;

/** @throws InvalidInputError for a damaged block */
export const decodeBlocks = (stored: readonly StoredBlock[]): TargetBlocks =>
  new Map(
    stored.flatMap(({ key, bytes }) =>
      bytes === undefined ? [] : [[key.hour, decodeBlock(bytes)] as const],
    ),
  );

export const metricsIn = (blocks: TargetBlocks): Set<string> =>
  new Set([...blocks.values()].flatMap((block) => [...block.keys()]));

/**
 * The blocks from hour `from` to hour `to`, each in the newest version among the stored blocks and the given images.
 * Reads nothing if the images cover the range.
 * @throws InvalidInputError for a damaged block
 */
export const readBlocks = async (
  blocks: Pick<BlockStore, 'readRange'>,
  { tenantId, targetId }: Owner,
  images: readonly StoredBlock[],
  [from, to]: readonly [number, number],
): Promise<TargetBlocks> => {
  const within = images.filter(({ key }) => key.hour >= from && key.hour <= to);
  if (new Set(within.map(({ key }) => key.hour)).size === to - from + 1) return decodeBlocks(within);
  const read = await blocks.readRange(tenantId, targetId, from, to);
  return decodeBlocks([...read, ...within].sort((a, b) => a.key.hour - b.key.hour || a.version - b.version));
};
