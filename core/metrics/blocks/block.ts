/** All points of one target within one hour, in memory. */

/** One metric's points in three parallel arrays, ordered by `offsets`, without duplicates. */
export interface BlockPoints {
  /** Seconds since the start of the hour, 0-3599. */
  readonly offsets: Uint16Array;
  /** Finite. */
  readonly values: Float64Array;
  /** Epoch milliseconds at which the request with the point arrived. */
  readonly receipts: Float64Array;
}

/** Points by metric. */
export type Block = ReadonlyMap<string, BlockPoints>;

export const EMPTY_BLOCK: Block = new Map();

/** The points of one request for one block: ascending offsets without duplicates, all with the same receipt. */
export interface BlockPart {
  readonly targetId: string;
  /** Whole hours since the epoch. */
  readonly hour: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly series: readonly {
    readonly metric: string;
    readonly offsets: Uint16Array;
    readonly values: Float64Array;
  }[];
}

/** More points than a forecast can use; larger blocks approach the limit of an item. */
export const MAX_BLOCK_POINTS = 20_000;
export const MAX_BLOCK_BYTES = 400_000;

export const pointsIn = (block: Block): number => {
  let points = 0;
  for (const { offsets } of block.values()) points += offsets.length;
  return points;
};
