import { IndexSorter } from '../../../shared/maths/index-sorter.ts';
import { weightedQuantiles } from './error-quantiles.ts';

/** Levels at which the two distributions are mixed: twentieths, and the tails. */
export const MIXED_LEVELS: readonly number[] = [
  0.01,
  0.025,
  ...Array.from({ length: 19 }, (_, i) => (i + 1) / 20),
  0.975,
  0.99,
];

/** Probability mass of each level: half-way to its neighbours. */
const MASSES = MIXED_LEVELS.map((level, l) => {
  const below = l === 0 ? 0 : (MIXED_LEVELS[l - 1]! + level) / 2;
  const above = l === MIXED_LEVELS.length - 1 ? 1 : (level + MIXED_LEVELS[l + 1]!) / 2;
  return above - below;
});

/**
 * Quantiles of the mixture that has the first distribution with probability `weight`, else the second (linear pool,
 * Stone 1961). Both are given at `MIXED_LEVELS` (levels x horizon).
 */
export const mixQuantiles = (
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  weight: number,
  levels: readonly number[],
): Float64Array[] => {
  const count = MIXED_LEVELS.length;
  const horizon = first[0]!.length;
  const ascending = Array.from(levels.keys()).sort((a, b) => levels[a]! - levels[b]!);
  const wanted = ascending.map((l) => levels[l]!);
  const mixed = levels.map(() => new Float64Array(horizon));
  const [atoms, masses, column] = [
    new Float64Array(2 * count),
    Float64Array.from({ length: 2 * count }, (_, i) =>
      i < count ? weight * MASSES[i]! : (1 - weight) * MASSES[i - count]!,
    ),
    new Float64Array(levels.length),
  ];
  const sorter = new IndexSorter();
  for (let h = 0; h < horizon; h++) {
    for (let l = 0; l < count; l++) {
      atoms[l] = first[l]![h]!;
      atoms[count + l] = second[l]![h]!;
    }
    const order = sorter.sortAgain(atoms, 2 * count);
    weightedQuantiles(atoms, masses, order, 2 * count, wanted, column, 0);
    for (let i = 0; i < wanted.length; i++) mixed[ascending[i]!]![h] = column[i]!;
  }
  return mixed;
};
