import { seededRandom } from '../../shared/maths/seeded-random.ts';
import { encodeFleetTrees } from '../engine/fleet/encode-fleet-trees.ts';
import { POOL_LEVELS } from '../engine/quantiles/pool-levels.ts';
import { boostLevel } from './boost-level.ts';
import { type TrainingLimits, trainingRowsHash } from './training-rows.ts';
import { trainingTable } from './training-table.ts';
import type { TreeSettings } from './tree-settings.ts';

/** For each round, the places of some of `count` features, ascending. */
const drawFeatures = (count: number, { rounds, featuresPerTree }: TreeSettings, seed: number): number[][] => {
  const random = seededRandom(seed);
  const chosen = Math.min(count, Math.max(1, Math.round(count * featuresPerTree)));
  return Array.from({ length: rounds }, () => {
    const places = Array.from({ length: count }, (_, place) => place);
    for (let k = 0; k < chosen; k++) {
      const other = k + Math.floor(random() * (count - k));
      [places[k], places[other]] = [places[other]!, places[k]!];
    }
    return places.slice(0, chosen).sort((a, b) => a - b);
  });
};

/**
 * The artefact that is learned from training rows: quantile trees for each pool level. The same rows, settings and seed
 * give the same bytes on every machine, and the trees do not depend on the order of the rows.
 * @throws InvalidInputError if there are no rows, or if a number of them is not finite
 */
export const trainFleetTrees = (
  rows: readonly Float32Array[],
  limits: TrainingLimits,
  settings: TreeSettings,
  seed: number,
  /** Called before each level, for progress; may throw to stop. */
  onLevel: (level: number) => void = () => {},
): Uint8Array => {
  const table = trainingTable(rows, settings.bins);
  const featuresByRound = drawFeatures(table.features.length, settings, seed);
  const levels = POOL_LEVELS.map((level, l) => {
    onLevel(level);
    return boostLevel(table, l, level, featuresByRound, settings);
  });
  return encodeFleetTrees({ dataHash: trainingRowsHash(rows, limits), seed, ...limits, levels });
};
