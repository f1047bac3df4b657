import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLEET_FEATURES } from '../../../../../core/forecasts/engine/fleet/fleet-features.ts';
import { walkTree } from '../../../../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { decodeFleetTrees, type Tree } from '../../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { POOL_LEVELS } from '../../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { InvalidInputError } from '../../../../../core/shared/errors.ts';
import { DATA_HASH, encodeTrees, leafTree, sealed, splitTree } from './tree-writer.ts';

const WIDTH = FLEET_FEATURES.length;
const number = fc.float({ noNaN: true, noDefaultInfinity: true });

/** A tree as nested choices, so that its meaning does not depend on how it is stored. */
type Choice =
  | number
  | { readonly feature: number; readonly threshold: number; readonly low: Choice; readonly high: Choice };

const choice: fc.Arbitrary<Choice> = fc.letrec<{ choice: Choice }>((tie) => ({
  choice: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    number,
    fc.record({
      feature: fc.nat(WIDTH - 1),
      threshold: number,
      low: tie('choice'),
      high: tie('choice'),
    }),
  ),
})).choice;

const valueIn = (tree: Choice, row: Float32Array): number =>
  typeof tree === 'number' ? tree : valueIn(row[tree.feature]! <= tree.threshold ? tree.low : tree.high, row);

/** Numbers splits from the root, each before its children. */
const stored = (root: Choice): Tree => {
  const [feature, threshold, left, right, leaf]: number[][] = [[], [], [], [], []];
  const add = (tree: Choice): number => {
    if (typeof tree === 'number') return ~(leaf!.push(tree) - 1);
    const at = feature!.push(tree.feature) - 1;
    threshold!.push(tree.threshold);
    left![at] = add(tree.low);
    right![at] = add(tree.high);
    return at;
  };
  add(root);
  return {
    feature: Uint8Array.from(feature!),
    threshold: Float32Array.from(threshold!),
    left: Int16Array.from(left!),
    right: Int16Array.from(right!),
    leaf: Float32Array.from(leaf!),
  };
};

const levelsWith = (tree: Tree): Tree[][] => POOL_LEVELS.map(() => [tree]);

describe('decodeFleetTrees', () => {
  it('reads back trees that give the values of the nested choices they were made from', () => {
    fc.assert(
      fc.property(choice, fc.array(number, { minLength: WIDTH, maxLength: WIDTH }), (root, values) => {
        const row = Float32Array.from(values);
        const { levels } = decodeFleetTrees(encodeTrees({ levels: levelsWith(stored(root)) }));
        const expected = Math.fround(valueIn(root, row));
        expect(levels.map((trees) => walkTree(trees[0]!, row, 0))).toEqual(POOL_LEVELS.map(() => expected));
      }),
    );
  });

  it('reads the origin, and names the artefact by its content', () => {
    const decoded = decodeFleetTrees(encodeTrees({ seed: 300, stepSeconds: { min: 60, max: 600 } }));
    expect(decoded).toMatchObject({
      dataHash: DATA_HASH,
      seed: 300,
      stepSeconds: { min: 60, max: 600 },
      maxLeadSeconds: 28_800,
    });
    expect(decoded.id).toMatch(/^[0-9a-f]{12}$/);
    expect(decodeFleetTrees(encodeTrees({ seed: 301 })).id).not.toBe(decoded.id);
  });

  it('refuses an artefact with any byte changed, missing or added', () => {
    const bytes = encodeTrees({ levels: levelsWith(splitTree(3, 0.5, -1, 1)) });
    const refused = (damaged: Uint8Array) =>
      expect(() => decodeFleetTrees(damaged)).toThrow(InvalidInputError);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        refused(bytes.map((byte, i) => (i === at ? byte ^ change : byte)));
      }),
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        refused(bytes.subarray(0, length));
      }),
    );
    refused(Uint8Array.from([...bytes, 0]));
    refused(new Uint8Array(0));
  });

  const split = splitTree(0, 0, 1, 2);
  it.each([
    ['another format', { mark: [0x46, 0x46, 0x54, 2] }, /no fleet model of format 1/],
    ['other features', { featuresHash: '0'.repeat(14) }, /expected the features \w+, found 0{14}/],
    [
      'other levels',
      { quantileLevels: [0.1, 0.5, 0.9] },
      /expected the quantile levels .*, found 0.1,0.5,0.9/,
    ],
    ['bytes after the last tree', { more: [0] }, /bytes follow its last tree/],
    ['an unknown feature', { levels: levelsWith({ ...split, feature: Uint8Array.of(WIDTH) }) }, /below/],
    [
      'a tree without leaves',
      { levels: levelsWith({ ...leafTree(0), leaf: new Float32Array(0) }) },
      /0 leaves/,
    ],
    ['a huge tree', { levels: levelsWith({ ...leafTree(0), leaf: new Float32Array(257) }) }, /257 leaves/],
    [
      'a child that is its own parent',
      { levels: levelsWith({ ...split, left: Int16Array.of(0) }) },
      /the child 0/,
    ],
    [
      'a split that does not exist',
      { levels: levelsWith({ ...split, right: Int16Array.of(1) }) },
      /the child 1/,
    ],
    [
      'a leaf that does not exist',
      { levels: levelsWith({ ...split, right: Int16Array.of(-3) }) },
      /the child -3/,
    ],
    ['an infinite leaf', { levels: levelsWith(leafTree(Number.POSITIVE_INFINITY)) }, /a leaf is Infinity/],
    [
      'a threshold that is no number',
      { levels: levelsWith(splitTree(0, Number.NaN, 1, 2)) },
      /a threshold is NaN/,
    ],
  ])('refuses %s, although the digest is right, and says what to do', (_, written, reason) => {
    const decode = () => decodeFleetTrees(encodeTrees(written));
    expect(decode).toThrow(InvalidInputError);
    expect(decode).toThrow(reason);
    expect(decode).toThrow(/^the fleet model cannot be used: .*; train it again or restore the file$/);
  });

  it('refuses a body that ends within a tree, although the digest is right', () => {
    const bytes = encodeTrees();
    expect(() => decodeFleetTrees(sealed(bytes.subarray(0, bytes.length - 33)))).toThrow(/more bytes/);
  });
});
