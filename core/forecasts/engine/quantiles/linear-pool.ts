import { IndexSorter } from '../../../shared/maths/index-sorter.ts';
import { weightedQuantiles } from './error-quantiles.ts';
import { POOL_LEVELS, POOL_MASSES } from './pool-levels.ts';

const LEVELS = POOL_LEVELS.length;

/**
 * Level of the pool for a published level: closer to the median, because a linear pool of calibrated members is too
 * wide (the beta-transformed pool of Gneiting & Ranjan 2013, with a power instead of the beta distribution).
 */
export const sharpenedLevel = (level: number, sharpening: number): number =>
  level <= 0.5 ? 0.5 * (2 * level) ** sharpening : 1 - 0.5 * (2 * (1 - level)) ** sharpening;

/**
 * Mixture of the members' distributions (linear opinion pool, Stone 1961), each given by its quantiles at the pool
 * levels. Unlike averaged quantiles, it preserves atoms and multiple modes, which spiky metrics have.
 */
export class LinearPool {
  readonly #atoms: Float64Array;
  readonly #masses: Float64Array;
  readonly #sorter = new IndexSorter();
  readonly #column: Float64Array;
  readonly #levels: readonly number[];
  readonly #ascending: Int32Array;
  #count = 0;

  constructor(maxMembers: number, levels: readonly number[], sharpening: number) {
    this.#atoms = new Float64Array(maxMembers * LEVELS);
    this.#masses = new Float64Array(maxMembers * LEVELS);
    this.#ascending = Int32Array.from(levels.keys()).sort((a, b) => levels[a]! - levels[b]!);
    this.#levels = Array.from(this.#ascending, (l) => sharpenedLevel(levels[l]!, sharpening));
    this.#column = new Float64Array(levels.length);
  }

  clear(): void {
    this.#count = 0;
  }

  /** Adds a member's value at pool level `l`. */
  add(value: number, l: number, weight: number): void {
    this.#atoms[this.#count] = value;
    this.#masses[this.#count++] = weight * POOL_MASSES[l]!;
  }

  /** Writes the mixture's quantiles at step `h` of each level's row. */
  writeQuantiles(rows: readonly Float64Array[], h: number): void {
    const order = this.#sorter.sortAgain(this.#atoms, this.#count);
    weightedQuantiles(this.#atoms, this.#masses, order, this.#count, this.#levels, this.#column, 0);
    for (let i = 0; i < this.#ascending.length; i++) rows[this.#ascending[i]!]![h] = this.#column[i]!;
  }
}
