/** Sorts the first `count` values: insertion for short runs (no allocation), native beyond. */
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

/** Quantile of sorted values by linear interpolation (type 7 of Hyndman & Fan 1996). */
export const sortedQuantile = (sorted: Float64Array, count: number, level: number): number => {
  const position = level * (count - 1);
  const below = Math.floor(position);
  const above = Math.min(count - 1, below + 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
};

/**
 * Counts of a moving window by rank, for quantiles of long windows without sorting each (Fenwick 1994: a binary
 * indexed tree over the ranks of all values).
 */
export class RankWindow {
  readonly #sorted: Float64Array;
  readonly #rank: Int32Array;
  readonly #tree: Int32Array;
  readonly #top: number;
  #from = 0;
  #to = 0;

  constructor(order: RankOrder) {
    this.#sorted = order.sorted;
    this.#rank = order.rank;
    this.#tree = new Int32Array(order.sorted.length + 1);
    this.#top = 2 ** Math.floor(Math.log2(Math.max(1, order.sorted.length)));
  }

  #add(index: number, change: number): void {
    const tree = this.#tree;
    for (let i = this.#rank[index]! + 1; i < tree.length; i += i & -i) tree[i] = tree[i]! + change;
  }

  /** Moves the window to points [from, to); cheap while both ends only grow. */
  moveTo(from: number, to: number): void {
    if (from < this.#from || to < this.#to) {
      this.#tree.fill(0);
      this.#from = from;
      this.#to = from;
    }
    for (; this.#to < to; this.#to++) this.#add(this.#to, 1);
    for (; this.#from < from; this.#from++) this.#add(this.#from, -1);
  }

  /** The k-th smallest value of the window, k from 0. */
  #kth(k: number): number {
    const tree = this.#tree;
    let position = 0;
    let left = k + 1;
    for (let bit = this.#top; bit > 0; bit >>= 1) {
      const next = position + bit;
      if (next < tree.length && tree[next]! < left) {
        position = next;
        left -= tree[next]!;
      }
    }
    return this.#sorted[position]!;
  }

  /** Quantile of the window (type 7 of Hyndman & Fan 1996). */
  quantile(level: number): number {
    const count = this.#to - this.#from;
    const position = level * (count - 1);
    const below = Math.floor(position);
    const low = this.#kth(below);
    return below + 1 < count ? low + (position - below) * (this.#kth(below + 1) - low) : low;
  }
}

/** All values sorted, and each value's place among them. */
export interface RankOrder {
  readonly sorted: Float64Array;
  readonly rank: Int32Array;
}

/** Ranks the values, equal ones in order of time. */
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
 * numeric sort is used, many times faster than a callback; values closer than 2^-39 relative may swap. Keeps its
 * buffers, so one sorter serves many calls; a result is valid until the next call.
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
