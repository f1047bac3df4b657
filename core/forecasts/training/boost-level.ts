import { selectWeightedQuantile } from '../../shared/maths/weighted-quantile.ts';
import type { Tree } from '../engine/fleet/fleet-trees.ts';
import { type GrownTree, TreeGrower } from './grow-tree.ts';
import type { TrainingTable } from './training-table.ts';
import type { TreeSettings } from './tree-settings.ts';

/** Gives each leaf its value: a share of the quantile of what its rows still miss, which it adds to their forecasts. */
class LeafFitter {
  readonly #table: TrainingTable;
  readonly #errors: Float64Array;
  readonly #weights: Float64Array;

  constructor(table: TrainingTable) {
    this.#table = table;
    this.#errors = new Float64Array(table.rows);
    this.#weights = new Float64Array(table.rows);
  }

  fit(
    { leafRows, ...splits }: GrownTree,
    { targets, forecasts }: { readonly targets: Float64Array; readonly forecasts: Float64Array },
    { level, rate }: { readonly level: number; readonly rate: number },
  ): Tree {
    const leaf = Float32Array.from(leafRows, (rows) => {
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k]!;
        this.#errors[k] = targets[row]! - forecasts[row]!;
        this.#weights[k] = this.#table.weights[row]!;
      }
      const quantile = selectWeightedQuantile(this.#errors, this.#weights, rows.length, level);
      // Not -0, which equals 0 but has other bytes.
      return rate * quantile + 0;
    });
    leafRows.forEach((rows, l) => {
      for (const row of rows) forecasts[row] = forecasts[row]! + leaf[l]!;
    });
    return { ...splits, leaf };
  }
}

/**
 * Trees whose sum estimates the quantile of one level (gradient boosting with the pinball loss, Friedman 2001): each is
 * grown on the gradient of the loss, then each leaf takes the step that is best for its rows.
 */
export const boostLevel = (
  table: TrainingTable,
  levelIndex: number,
  level: number,
  /** Places in the table of the features of each round. */
  featuresByRound: readonly (readonly number[])[],
  settings: TreeSettings,
): Tree[] => {
  const targets = table.targets[levelIndex]!;
  const forecasts = new Float64Array(table.rows);
  const metWeights = new Float64Array(table.rows);
  const grower = new TreeGrower(table);
  const fitter = new LeafFitter(table);
  const rule = { level, minRows: Math.max(1, settings.minRowsPerLeaf) };
  return featuresByRound.map((chosen) => {
    for (let r = 0; r < table.rows; r++) metWeights[r] = targets[r]! <= forecasts[r]! ? table.weights[r]! : 0;
    const features = chosen.map((place) => table.features[place]!);
    const grown = grower.grow({ features, metWeights, rule, leaves: settings.leaves });
    return fitter.fit(grown, { targets, forecasts }, { level, rate: settings.rate });
  });
};
