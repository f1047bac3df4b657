import { limitsOf } from '../../../core/forecasts/training/series-rows.ts';
import { trainFleetTrees } from '../../../core/forecasts/training/train-fleet-trees.ts';
import { DEFAULT_TREE_SETTINGS, type TreeSettings } from '../../../core/forecasts/training/tree-settings.ts';
import { SEED, STEP_SECONDS } from './shipped.ts';

/** An artefact, and what its training took. */
export interface Trained {
  readonly artefact: Uint8Array;
  readonly rows: number;
  readonly cpuSeconds: number;
}

/** Trains fleet trees as those that ship. */
export const trainTrees = (
  rows: readonly Float32Array[],
  { rounds }: Pick<TreeSettings, 'rounds'> = DEFAULT_TREE_SETTINGS,
): Trained => {
  const before = process.cpuUsage();
  const artefact = trainFleetTrees(rows, limitsOf(STEP_SECONDS), { ...DEFAULT_TREE_SETTINGS, rounds }, SEED);
  const { user, system } = process.cpuUsage(before);
  return { artefact, rows: rows.length, cpuSeconds: Math.round((user + system) / 1e5) / 10 };
};
