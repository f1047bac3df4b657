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

/**
 * Blocks that are decoded one at a time: five weeks of a target with 1,000 metrics take 80 MB encoded and ten times as
 * much decoded.
 */
export class EncodedBlocks {
  /** Ascending. */
  readonly hours: readonly number[];
  readonly #bytes: ReadonlyMap<number, Uint8Array>;

  constructor(bytes: ReadonlyMap<number, Uint8Array>) {
    this.#bytes = bytes;
    this.hours = [...bytes.keys()].sort((a, b) => a - b);
  }

  /** @throws InvalidInputError for a damaged block */
  get(hour: number): Block | undefined {
    const bytes = this.#bytes.get(hour);
    return bytes && decodeBlock(bytes);
  }
}

/** Names of all metrics in blocks of these hours. */
export const metricsIn = (
  blocks: { get(hour: number): Block | undefined },
  hours: Iterable<number>,
): Set<string> => {
  const metrics = new Set<string>();
  for (const hour of hours) for (const metric of blocks.get(hour)?.keys() ?? []) metrics.add(metric);
  return metrics;
};

/**
 * The blocks from hour `from` to hour `to`, each in the newest version among the stored blocks and the given images.
 * Reads nothing if the images cover the range.
 */
export const readBlocks = async (
  blocks: Pick<BlockStore, 'readRange'>,
  { tenantId, targetId }: Owner,
  images: readonly StoredBlock[],
  [from, to]: readonly [number, number],
): Promise<EncodedBlocks> => {
  const within = images.filter(({ key }) => key.hour >= from && key.hour <= to);
  const isCovered = new Set(within.map(({ key }) => key.hour)).size === to - from + 1;
  const read = isCovered ? [] : await blocks.readRange(tenantId, targetId, from, to);
  const newest = new Map<number, StoredBlock>();
  for (const one of [...read, ...within])
    if (one.version >= (newest.get(one.key.hour)?.version ?? 0)) newest.set(one.key.hour, one);
  return new EncodedBlocks(
    new Map([...newest].flatMap(([hour, { bytes }]) => (bytes === undefined ? [] : [[hour, bytes]]))),
  );
};
