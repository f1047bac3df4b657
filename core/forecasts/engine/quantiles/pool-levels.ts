/** Default quantile levels of a published forecast. */
export const DEFAULT_QUANTILE_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

const TAIL = 0.025;

/** Quantile levels that represent each member's distribution: the nine published ones and one in each tail. */
export const POOL_LEVELS: readonly number[] = [TAIL, ...DEFAULT_QUANTILE_LEVELS, 1 - TAIL];

/** Probability mass of each pool level: half-way to its neighbours. */
export const POOL_MASSES: readonly number[] = POOL_LEVELS.map((level, l) => {
  const below = l === 0 ? 0 : (POOL_LEVELS[l - 1]! + level) / 2;
  const above = l === POOL_LEVELS.length - 1 ? 1 : (POOL_LEVELS[l + 1]! + level) / 2;
  return above - below;
});

/** Index of the first published level among the pool levels, and one past the last: these levels are scored. */
export const SCORED = { from: 1, to: POOL_LEVELS.length - 1 } as const;
