const INDEX_BITS = 13;
const INDEX_MASK = 2 ** INDEX_BITS - 1;
/** Moves per value after which an insertion sort is given up. */
const MAX_MOVES = 8;
/** Fewer values are sorted by insertion alone. */
const MIN_RADIX = 32;
const DIGIT = 256;
const DIGITS = 4;

/**
 * Sorts indices by value without a comparator: the index is packed into the low 13 bits of the double, the upper half
 * of the double is sorted by its digits (radix sort, Knuth 1998, 5.2.5), and an insertion sort places the few that
 * differ only in the lower half. Values closer than 2^-39 (relative) may swap. Reuses its buffers: a result is valid
 * until the next call.
 */
export class IndexSorter {
  #keys = new Float64Array(256);
  #words = new Uint32Array(this.#keys.buffer);
  #sorted = new Float64Array(256);
  #sortedWords = new Uint32Array(this.#sorted.buffer);
  /** The upper half of each key, so that their unsigned order is that of the keys. */
  #upper = new Uint32Array(256);
  #order = new Int32Array(256);
  #next = new Int32Array(256);
  readonly #counts = new Int32Array(DIGITS * DIGIT);
  /** Number of indices that were last sorted. */
  #count = 0;

  #grow(count: number): void {
    this.#keys = new Float64Array(2 * count);
    this.#words = new Uint32Array(this.#keys.buffer);
    this.#sorted = new Float64Array(2 * count);
    this.#sortedWords = new Uint32Array(this.#sorted.buffer);
    this.#upper = new Uint32Array(2 * count);
    this.#order = new Int32Array(2 * count);
    this.#next = new Int32Array(2 * count);
  }

  /** Indices 0..count-1 in ascending order of `values`. */
  sort(values: Float64Array, count: number): Int32Array {
    if (count > INDEX_MASK) return sortLongIndices(values, count);
    if (count > this.#keys.length) this.#grow(count);
    this.#pack(values, count);
    for (let i = 0; i < count; i++) this.#order[i] = i;
    if (count >= MIN_RADIX) this.#sortDigits(count);
    return this.#insert(count);
  }

  /** The result of `sort`, sooner if the order of as many values has changed little since the last call. */
  sortAgain(values: Float64Array, count: number): Int32Array {
    if (count !== this.#count || count > INDEX_MASK) return this.sort(values, count);
    this.#pack(values, count);
    return this.#insert(count);
  }

  #pack(values: Float64Array, count: number): void {
    const [keys, words] = [this.#keys, this.#words];
    for (let i = 0; i < count; i++) {
      keys[i] = values[i]!;
      words[2 * i] = ((words[2 * i]! & ~INDEX_MASK) | i) >>> 0;
    }
  }

  #countDigits(count: number): void {
    const [words, upper, counts] = [this.#words, this.#upper, this.#counts];
    counts.fill(0);
    for (let i = 0; i < count; i++) {
      const word = words[2 * i + 1]!;
      // Negative numbers are larger the closer they are to zero.
      const key = (word ^ ((word >> 31) | 0x80000000)) >>> 0;
      upper[i] = key;
      for (let d = 0; d < DIGITS; d++) {
        const at = d * DIGIT + ((key >>> (8 * d)) & (DIGIT - 1));
        counts[at] = counts[at]! + 1;
      }
    }
  }

  /** Sorts the order by the upper halves, from the lowest digit to the highest. */
  #sortDigits(count: number): void {
    this.#countDigits(count);
    const [upper, counts] = [this.#upper, this.#counts];
    for (let d = 0; d < DIGITS; d++) {
      const [base, shift] = [d * DIGIT, 8 * d];
      if (counts[base + ((upper[0]! >>> shift) & (DIGIT - 1))] === count) continue;
      for (let at = base, before = 0; at < base + DIGIT; at++) {
        const own = counts[at]!;
        counts[at] = before;
        before += own;
      }
      const [order, next] = [this.#order, this.#next];
      for (let k = 0; k < count; k++) {
        const at = base + ((upper[order[k]!]! >>> shift) & (DIGIT - 1));
        next[counts[at]!] = order[k]!;
        counts[at] = counts[at]! + 1;
      }
      [this.#order, this.#next] = [next, order];
    }
  }

  /** Sorts the keys from an order that is nearly right, else by the native sort. */
  #insert(count: number): Int32Array {
    const [keys, sorted, order, words] = [this.#keys, this.#sorted, this.#order, this.#sortedWords];
    let moves = MAX_MOVES * count;
    for (let i = 0; i < count && moves >= 0; i++) {
      const key = keys[order[i]!]!;
      let j = i - 1;
      for (; j >= 0 && sorted[j]! > key; j--) sorted[j + 1] = sorted[j]!;
      sorted[j + 1] = key;
      moves -= i - 1 - j;
    }
    if (moves < 0) {
      sorted.set(keys.subarray(0, count));
      sorted.subarray(0, count).sort();
    }
    for (let i = 0; i < count; i++) order[i] = words[2 * i]! & INDEX_MASK;
    this.#count = count;
    return order;
  }
}

const sortLongIndices = (values: Float64Array, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
