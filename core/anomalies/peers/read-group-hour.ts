import type { Block } from '../../metrics/blocks/block.ts';
import { decodeBlock } from '../../metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { PeerWork } from '../ports.ts';
import { momentsOf, type TargetMoments, type Totals } from './hour-moments.ts';

export interface ReadGroupDeps {
  readonly blocks: Pick<BlockStore, 'read'>;
  readonly telemetry: Telemetry;
}

/** Number of blocks read at once; they are reduced to a dozen means per metric before the next are read. */
const BLOCKS_AT_ONCE = 400;

/** Reads one hour of all targets of a group as moments, and updates the newest totals of their counters. */
export const readGroupHour = async (
  deps: ReadGroupDeps,
  { tenantId, targetIds, counters }: PeerWork,
  totals: Totals,
  hour: number,
): Promise<Map<string, TargetMoments>> => {
  const counterNames = new Set(counters);
  const group = new Map<string, TargetMoments>();
  for (let from = 0; from < targetIds.length; from += BLOCKS_AT_ONCE) {
    const some = targetIds.slice(from, from + BLOCKS_AT_ONCE);
    for (const stored of await deps.blocks.read(some.map((targetId) => ({ tenantId, targetId, hour })))) {
      const block = decoded(deps, stored);
      if (block === undefined) continue;
      const { targetId } = stored.key;
      const own = totals.get(targetId) ?? new Map();
      group.set(targetId, momentsOf(hour, block, counterNames, own));
      if (own.size > 0) totals.set(targetId, own);
    }
  }
  return group;
};

/** Skips a damaged block, so that only one target loses one hour. */
const decoded = ({ telemetry }: ReadGroupDeps, { key, bytes }: StoredBlock): Block | undefined => {
  if (bytes === undefined) return undefined;
  try {
    return decodeBlock(bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('BlockUnusable');
    telemetry.error('a damaged block was omitted from the comparison', { ...key }, error);
    return undefined;
  }
};
