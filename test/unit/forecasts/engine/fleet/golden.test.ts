import { describe, expect, it } from 'vitest';
import { walkTree } from '../../../../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { decodeFleetTrees } from '../../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { readGolden } from '../../../../fixtures/fleet/golden.ts';

describe('the tree walker', () => {
  it('gives the predictions of LightGBM', () => {
    const { artefact, rows, predictions } = readGolden();
    const { levels } = decodeFleetTrees(artefact);
    expect(new Set(predictions.flat()).size).toBeGreaterThan(50);
    levels.forEach((trees, l) => {
      rows.forEach((row, r) => {
        const own = trees.reduce((sum, tree) => sum + walkTree(tree, Float32Array.from(row), 0), 0);
        expect(own).toBeCloseTo(predictions[l]![r]!, 5);
      });
    });
  });
});
