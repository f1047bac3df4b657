import { IndexSorter } from './index-sorter.ts';

/** Sorts the first `count` values: insertion sort for short runs (no allocation), otherwise the native sort. */
export const sortInPlace = (values: Float64Array, count: number): void => {
  if (count > 64) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let j = i - 1;
    while (j >= 0 && values[j]! > value) {
      values[j + 1] = values[j]!;
      j--;
    }
    values[j + 1] = value;
  }
};

/**
 * Moves the value of rank `rank` (0: the smallest) to its place, smaller ones before it and larger ones after it, and
 * returns it (quickselect, Hoare 1961): a fraction of the time of a sort.
 */
export const selectInPlace = (values: Float64Array, rank: number): number => {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
};

/** Quantile of values in any order, which it reorders (type 7 of Hyndman & Fan 1996). */
export const selectQuantile = (values: Float64Array, level: number): number => {
  const position = level * (values.length - 1);
  const below = Math.floor(position);
  const low = selectInPlace(values, below);
  if (position === below) return low;
  let high = values[below + 1]!;
  for (let i = below + 2; i < values.length; i++) if (values[i]! < high) high = values[i]!;
  return low + (position - below) * (high - low);
};

/** Quantile of the first `count` values, ascending, by linear interpolation (type 7 of Hyndman & Fan 1996); NaN for none. */
export const sortedQuantile = (sorted: Float64Array, level: number, count = sorted.length): number => {
  const position = level * (count - 1);
  const below = Math.floor(position);
  const above = Math.min(count - 1, below + 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
};

/** Ranks per bucket: 2 ^ 5. */
const BUCKET_BITS = 5;

/**
 * The ranks in a moving window, for quantiles of long windows without sorting each: a flag per rank and a count per
 * bucket of ranks, so that moving by a point is two writes and all quantiles take one pass over the buckets.
 */
export class RankWindow {
  readonly #sorted: Float64Array;
  readonly #rank: Int32Array;
  readonly #held: Uint8Array;
  readonly #counts: Int32Array;
  #from = 0;
  #to = 0;

  constructor(order: RankOrder) {
    this.#sorted = order.sorted;
    this.#rank = order.rank;
    this.#held = new Uint8Array(order.sorted.length);
    this.#counts = new Int32Array((order.sorted.length >> BUCKET_BITS) + 1);
  }

  #set(index: number, held: 0 | 1): void {
    const rank = this.#rank[index]!;
    const bucket = rank >> BUCKET_BITS;
    this.#held[rank] = held;
    this.#counts[bucket] = this.#counts[bucket]! + (held === 1 ? 1 : -1);
  }

  /** Moves the window to points [from, to); cheap as long as both ends only increase. */
  moveTo(from: number, to: number): void {
    if (from < this.#from || to < this.#to) {
      this.#held.fill(0);
      this.#counts.fill(0);
      this.#from = from;
      this.#to = from;
    }
    for (; this.#to < to; this.#to++) this.#set(this.#to, 1);
    for (; this.#from < from; this.#from++) this.#set(this.#from, 0);
  }

  /** Rank of the next held value after `rank`. */
  #after(rank: number): number {
    let next = rank + 1;
    while (this.#held[next] === 0) next++;
    return next;
  }

  /** Quantiles of the window at ascending levels (type 7 of Hyndman & Fan 1996), written to `into`. */
  writeQuantiles(levels: readonly number[], into: Float64Array): void {
    const count = this.#to - this.#from;
    let [bucket, before] = [0, 0];
    for (let l = 0; l < levels.length; l++) {
      const position = levels[l]! * (count - 1);
      const below = Math.floor(position);
      while (before + this.#counts[bucket]! <= below) before += this.#counts[bucket++]!;
      let rank = this.#after((bucket << BUCKET_BITS) - 1);
      for (let k = before; k < below; k++) rank = this.#after(rank);
      const low = this.#sorted[rank]!;
      const high = below + 1 < count ? this.#sorted[this.#after(rank)]! : low;
      into[l] = low + (position - below) * (high - low);
    }
  }
}

/** The sorted values, and the rank of each value. */
export interface RankOrder {
  readonly sorted: Float64Array;
  readonly rank: Int32Array;
}

/** Ranks the values; equal values have neighbouring ranks, in either order. */
export const rankOrder = (values: Float64Array): RankOrder => {
  const order = new IndexSorter().sort(values, values.length);
  const sorted = new Float64Array(values.length);
  const rank = new Int32Array(values.length);
  for (let place = 0; place < values.length; place++) {
    sorted[place] = values[order[place]!]!;
    rank[order[place]!] = place;
  }
  return { sorted, rank };
};
