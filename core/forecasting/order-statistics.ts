/** Sorts the first `count` values: insertion for short runs (no allocation), native beyond. */
export const sortInPlace = (values: Float64Array, count: number): void => {
  if (count > 40) {
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
  const order = sortedIndices(values, values.length);
  const sorted = new Float64Array(values.length);
  const rank = new Int32Array(values.length);
  for (let place = 0; place < order.length; place++) {
    sorted[place] = values[order[place]!]!;
    rank[order[place]!] = place;
  }
  return { sorted, rank };
};

/**
 * Indices that sort `values[0..count)`. The index is packed into the low 13 bits of the double, so that the native
 * comparator-free sort can be used: 15 times faster than sorting with a callback; values closer than 2^-39
 * relative may swap.
 */
export const sortedIndices = (values: Float64Array, count: number): Int32Array => {
  if (count > 8192) return slowSortedIndices(values, count);
  const keys = values.slice(0, count);
  const words = new Uint32Array(keys.buffer);
  for (let i = 0; i < count; i++) words[2 * i] = ((words[2 * i]! & ~8191) | i) >>> 0;
  keys.sort();
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = words[2 * i]! & 8191;
  return order;
};

const slowSortedIndices = (values: Float64Array, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
