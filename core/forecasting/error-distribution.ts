import { sortedIndices } from './order-statistics.ts';

/** Weighted errors of one candidate in one horizon block, gathered from the backtest. */
export class ErrorSample {
  readonly #errors: Float64Array;
  readonly #weights: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#errors = new Float64Array(capacity);
    this.#weights = new Float64Array(capacity);
  }

  clear(): void {
    this.#count = 0;
  }

  add(error: number, weight: number): void {
    this.#errors[this.#count] = error;
    this.#weights[this.#count++] = weight;
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Weighted quantiles, interpolated between the mid-points of the weights (Harrell & Davis 1982 call this the
   * weighted type 5).
   */
  quantiles(levels: readonly number[]): Float64Array {
    const order = sortedIndices(this.#errors, this.#count);
    let total = 0;
    for (let i = 0; i < this.#count; i++) total += this.#weights[i]!;
    const result = new Float64Array(levels.length);
    let level = 0;
    let below = 0;
    let lastError = this.#errors[order[0]!] ?? 0;
    let lastMiddle = 0;
    for (let i = 0; i < this.#count && level < levels.length; i++) {
      const weight = this.#weights[order[i]!]!;
      const error = this.#errors[order[i]!]!;
      const middle = (below + weight / 2) / total;
      while (level < levels.length && levels[level]! <= middle) {
        const share = middle > lastMiddle ? (levels[level]! - lastMiddle) / (middle - lastMiddle) : 1;
        result[level++] = i === 0 ? error : lastError + share * (error - lastError);
      }
      below += weight;
      lastError = error;
      lastMiddle = middle;
    }
    while (level < levels.length) result[level++] = lastError;
    return result;
  }

  /** Weighted mean pinball loss, over the levels, of predicting these errors by the given quantiles. */
  pinball(quantiles: Float64Array, levels: readonly number[]): number {
    let loss = 0;
    let total = 0;
    for (let i = 0; i < this.#count; i++) {
      const error = this.#errors[i]!;
      let own = 0;
      for (let l = 0; l < levels.length; l++) {
        const over = error - quantiles[l]!;
        own += over > 0 ? levels[l]! * over : (levels[l]! - 1) * over;
      }
      loss += own * this.#weights[i]!;
      total += this.#weights[i]!;
    }
    return total > 0 ? loss / total / levels.length : 0;
  }
}
