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

const INDEX_BITS = 13;
const INDEX_MASK = 2 ** INDEX_BITS - 1;

/**
 * Sorts indices by value without a comparator: the index is packed into the low 13 bits of the double and the native
 * numeric sort is used, many times faster than a callback. Values closer than 2^-39 (relative) may swap. Reuses its
 * buffers: a result is valid until the next call.
 */
export class IndexSorter {
  #keys = new Float64Array(256);
  #words = new Uint32Array(this.#keys.buffer);
  #order = new Int32Array(256);

  #grow(count: number): void {
    this.#keys = new Float64Array(2 * count);
    this.#words = new Uint32Array(this.#keys.buffer);
    this.#order = new Int32Array(2 * count);
  }

  /** Indices 0..count-1 in ascending order of `values`. */
  sort(values: Float64Array, count: number): Int32Array {
    if (count > INDEX_MASK) return sortLongIndices(values, count);
    if (count > this.#keys.length) this.#grow(count);
    const [keys, words, order] = [this.#keys, this.#words, this.#order];
    for (let i = 0; i < count; i++) {
      keys[i] = values[i]!;
      words[2 * i] = ((words[2 * i]! & ~INDEX_MASK) | i) >>> 0;
    }
    keys.subarray(0, count).sort();
    for (let i = 0; i < count; i++) order[i] = words[2 * i]! & INDEX_MASK;
    return order;
  }
}

const sortLongIndices = (values: Float64Array, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
