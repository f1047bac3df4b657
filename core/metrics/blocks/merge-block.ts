/**
 * Merges points into a block. For each instant the point received last wins; of two received in the same millisecond,
 * the larger value. Merging is therefore commutative, associative and idempotent (a join semilattice): repeated,
 * reordered and concurrent deliveries all end in the same block.
 */
import { InvalidInputError } from '../../shared/errors.ts';
import {
  type Block,
  type BlockPart,
  type BlockPoints,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_POINTS,
  pointsIn,
} from './block.ts';
import { maxBytesOf } from './block-room.ts';

export interface MergedBlock {
  readonly block: Block;
  /** False if the block already held all points. */
  readonly changed: boolean;
  /** True if the part added a metric to the block. */
  readonly newMetric: boolean;
}

const wins = (stored: BlockPoints, at: number, value: number, receivedAt: number): boolean =>
  receivedAt > stored.receipts[at]! || (receivedAt === stored.receipts[at] && value > stored.values[at]!);

/** Number of incoming points that change the stored ones. */
const countChanges = (
  stored: BlockPoints,
  incoming: BlockPart['series'][number],
  receivedAt: number,
): number => {
  let changes = 0;
  let at = 0;
  incoming.offsets.forEach((offset, index) => {
    while (at < stored.offsets.length && stored.offsets[at]! < offset) at++;
    if (stored.offsets[at] !== offset || wins(stored, at, incoming.values[index]!, receivedAt)) changes++;
  });
  return changes;
};

const NO_POINTS: BlockPoints = {
  offsets: new Uint16Array(0),
  values: new Float64Array(0),
  receipts: new Float64Array(0),
};

/** The points of both in order of time; if both have one at an instant, the winner. */
const mergePoints = (
  stored: BlockPoints,
  incoming: BlockPart['series'][number],
  receivedAt: number,
): BlockPoints => {
  const room = stored.offsets.length + incoming.offsets.length;
  const merged = {
    offsets: new Uint16Array(room),
    values: new Float64Array(room),
    receipts: new Float64Array(room),
  };
  let count = 0;
  const push = (offset: number, value: number, receipt: number): void => {
    merged.offsets[count] = offset;
    // Adding 0 turns -0 into 0: they compare as equal, so neither could win.
    merged.values[count] = value + 0;
    merged.receipts[count++] = receipt;
  };
  let a = 0;
  let b = 0;
  while (a < stored.offsets.length || b < incoming.offsets.length) {
    const left = stored.offsets[a] ?? Number.POSITIVE_INFINITY;
    const right = incoming.offsets[b] ?? Number.POSITIVE_INFINITY;
    const takesIncoming =
      right < left || (right === left && wins(stored, a, incoming.values[b]!, receivedAt));
    if (takesIncoming) push(right, incoming.values[b]!, receivedAt);
    else push(left, stored.values[a]!, stored.receipts[a]!);
    if (left <= right) a++;
    if (right <= left) b++;
  }
  return {
    offsets: merged.offsets.slice(0, count),
    values: merged.values.slice(0, count),
    receipts: merged.receipts.slice(0, count),
  };
};

const rejectOversize = (block: Block): void => {
  const points = pointsIn(block);
  if (points > MAX_BLOCK_POINTS)
    throw new InvalidInputError(`${points} points of a target in one hour; the limit is ${MAX_BLOCK_POINTS}`);
  const bytes = maxBytesOf(block.keys(), points);
  if (bytes > MAX_BLOCK_BYTES)
    throw new InvalidInputError(
      `${block.size} metrics with ${points} points of a target in one hour take up to ${bytes} bytes; the limit is ${MAX_BLOCK_BYTES}`,
    );
};

/**
 * Merges one request's points into a block.
 * @throws InvalidInputError if the result would exceed the limits of a block
 */
export const mergeBlock = (block: Block, part: BlockPart): MergedBlock => {
  const merged = new Map(block);
  let changed = false;
  let newMetric = false;
  for (const incoming of part.series) {
    const stored = merged.get(incoming.metric) ?? NO_POINTS;
    if (countChanges(stored, incoming, part.receivedAt) === 0) continue;
    changed = true;
    newMetric ||= stored === NO_POINTS;
    merged.set(incoming.metric, mergePoints(stored, incoming, part.receivedAt));
  }
  if (changed) rejectOversize(merged);
  return { block: merged, changed, newMetric };
};
