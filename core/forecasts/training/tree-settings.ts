/** How trees are grown. */
export interface TreeSettings {
  /** Trees of each quantile level. */
  readonly rounds: number;
  /** Most leaves of a tree. */
  readonly leaves: number;
  /** Share of its value that a leaf contributes, above 0 and at most 1. */
  readonly rate: number;
  readonly minRowsPerLeaf: number;
  /** Most bins of a feature: 2 to 256. */
  readonly bins: number;
  /** Share of the features among which the trees of a round choose. */
  readonly featuresPerTree: number;
}

/** docs/adr/0035-fleet-trees.md has the trials. */
export const DEFAULT_TREE_SETTINGS: TreeSettings = {
  rounds: 100,
  leaves: 15,
  rate: 0.1,
  minRowsPerLeaf: 200,
  bins: 63,
  featuresPerTree: 0.4,
};
