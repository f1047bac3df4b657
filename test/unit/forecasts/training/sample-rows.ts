import { FLEET_FEATURES } from '../../../../core/forecasts/engine/fleet/fleet-features.ts';
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { seededRandom } from '../../../../core/shared/maths/seeded-random.ts';

export const WIDTH = FLEET_FEATURES.length;
export const WEIGHT = WIDTH + POOL_LEVELS.length;
export const LIMITS = { stepSeconds: { min: 60, max: 900 }, maxLeadSeconds: 28_800 };

/** A row with some features, 0 for the others, and one target for all levels. */
export const rowOf = (features: readonly number[], target: number, weight = 1): Float32Array => {
  const row = new Float32Array(WEIGHT + 1);
  row.set(features);
  row.fill(target, WIDTH, WEIGHT);
  row[WEIGHT] = weight;
  return row;
};

/** Rows whose target is feature 0 with an error that feature 1 scales; feature 2 has few values, all others are constant. */
export const randomRows = (count: number, seed: number): Float32Array[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const [level, spread, kind] = [2 * random() - 1, 0.1 + 0.9 * random(), Math.floor(3 * random())];
    const target = level + spread * (random() + random() + random() - 1.5);
    return rowOf([level, spread, kind], target, 0.5 + random());
  });
};
