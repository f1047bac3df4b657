import { describe, expect, it } from 'vitest';
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { FleetTrainingParameters } from '../../../../core/forecasts/training/fleet-training-parameters.ts';
import { trainOnFleet } from '../../../../core/forecasts/training/train-on-fleet.ts';
import { scoreFleetTrees } from '../../../../core/models/validation/score-fleet-trees.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { encodeTrees, leafTree } from '../../forecasts/engine/fleet/tree-writer.ts';
import { LENGTH, sampleFleet, timeAt } from '../../forecasts/training/sample-fleet.ts';

const SPAN = { scoreFrom: timeAt(LENGTH - 400), scoreUntil: timeAt(LENGTH) };
const PLAN = { windows: 3, seed: 1 };
const treesGiving = (correction: number) =>
  encodeTrees({ levels: POOL_LEVELS.map(() => [leafTree(correction)]) });
const score = (artefact: Uint8Array, fleet = sampleFleet(4), span = SPAN) =>
  scoreFleetTrees(artefact, fleet, span, PLAN);

describe('scoreFleetTrees', () => {
  it('finds about the loss of the ensemble for trees that correct nothing, and a worse one for wrong ones', () => {
    const neutral = score(treesGiving(0));
    expect(neutral).toMatchObject({ windows: 12 });
    expect(neutral!.lossRatio).toBeCloseTo(1, 1);
    expect(neutral!.covered).toBeGreaterThanOrEqual(neutral!.coveredWithout);
    const wrong = score(treesGiving(3));
    expect(wrong!.lossRatio).toBeGreaterThan(3);
    expect(wrong!.covered).toBeLessThan(0.2);
    expect(wrong!.coveredWithout).toBe(neutral!.coveredWithout);
  });

  it('finds a smaller one for trees that learned from the fleet before', () => {
    const fleet = sampleFleet(6);
    const parameters = FleetTrainingParameters.parse({ windows: 12, rounds: 30, minRowsPerLeaf: 20 });
    const span = { trainFrom: timeAt(0), trainUntil: SPAN.scoreFrom };
    const { artefact } = trainOnFleet(fleet, span, parameters, 1);
    const found = score(artefact, fleet);
    expect(found?.lossRatio).toBeLessThan(0.97);
    expect(found?.covered).toBeGreaterThan(found?.coveredWithout ?? 1);
  });

  it('is null without a window, and refuses a damaged artefact', () => {
    expect(score(treesGiving(0), [])).toBeNull();
    expect(score(treesGiving(0), sampleFleet(1), { ...SPAN, scoreFrom: SPAN.scoreUntil })).toBeNull();
    expect(() => score(treesGiving(0).subarray(1))).toThrow(InvalidInputError);
  });
});
