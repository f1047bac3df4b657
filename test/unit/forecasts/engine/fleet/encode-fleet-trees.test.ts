import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFleetTrees } from '../../../../../core/forecasts/engine/fleet/encode-fleet-trees.ts';
import { FLEET_FEATURES } from '../../../../../core/forecasts/engine/fleet/fleet-features.ts';
import { decodeFleetTrees } from '../../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { POOL_LEVELS } from '../../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import shipped from '../../../../../core/forecasts/shipped-fleet-trees.json' with { type: 'json' };
import { encodeTrees, leafTree, splitTree } from './tree-writer.ts';

const number = fc.float({ noNaN: true, noDefaultInfinity: true });
const tree = fc.oneof(
  number.map(leafTree),
  fc
    .tuple(fc.nat(FLEET_FEATURES.length - 1), number, number, number)
    .map(([feature, threshold, low, high]) => splitTree(feature, threshold, low, high)),
);
const levels = fc.tuple(...POOL_LEVELS.map(() => fc.array(tree, { maxLength: 3 })));
const origin = fc.record({
  dataHash: fc.stringMatching(/^[0-9a-f]{64}$/),
  seed: fc.nat(),
  stepSeconds: fc.record({ min: fc.nat(900), max: fc.nat(86_400) }),
  maxLeadSeconds: fc.nat(86_400),
});

describe('encodeFleetTrees', () => {
  it('writes what decodeFleetTrees reads', () => {
    fc.assert(
      fc.property(levels, origin, (given, described) => {
        const bytes = encodeFleetTrees({ ...described, levels: given });
        expect(bytes).toEqual(encodeTrees({ ...described, levels: given }));
        const { id, ...decoded } = decodeFleetTrees(bytes);
        expect(decoded).toEqual({ ...described, levels: given });
      }),
    );
  });

  it('gives the bytes of the shipped artefact again', () => {
    const artefact = Buffer.from(shipped.base64, 'base64');
    expect(Buffer.from(encodeFleetTrees(decodeFleetTrees(artefact))).equals(artefact)).toBe(true);
  });
});
