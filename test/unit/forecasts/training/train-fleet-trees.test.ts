import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkTree } from '../../../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { decodeFleetTrees, type Tree } from '../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { pinballLoss } from '../../../../core/forecasts/forecast-losses.ts';
import { trainFleetTrees } from '../../../../core/forecasts/training/train-fleet-trees.ts';
import { trainingRowsHash } from '../../../../core/forecasts/training/training-rows.ts';
import {
  DEFAULT_TREE_SETTINGS,
  type TreeSettings,
} from '../../../../core/forecasts/training/tree-settings.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { MEDIAN, plainLeaves, plainQuantile } from './plain-trees.ts';
import { LIMITS, randomRows, rowOf, WEIGHT, WIDTH } from './sample-rows.ts';

const QUICK: TreeSettings = { ...DEFAULT_TREE_SETTINGS, rounds: 12, minRowsPerLeaf: 20, featuresPerTree: 1 };
const bytesOf = (rows: readonly Float32Array[], settings = QUICK, seed = 1) =>
  trainFleetTrees(rows, LIMITS, settings, seed);
const train = (rows: readonly Float32Array[], settings = QUICK, seed = 1) =>
  decodeFleetTrees(bytesOf(rows, settings, seed));
const forecastOf = (trees: readonly Tree[], row: Float32Array): number =>
  trees.reduce((sum, tree) => sum + walkTree(tree, row, 0), 0);
const lossOf = (rows: readonly Float32Array[], trees: readonly Tree[], l: number): number =>
  rows.reduce(
    (sum, row) => sum + row[WEIGHT]! * pinballLoss(row[WIDTH + l]! - forecastOf(trees, row), POOL_LEVELS[l]!),
    0,
  );
/** Rows that end at each leaf: leaves are told apart by their values. */
const rowsByLeaf = (tree: Tree, rows: readonly Float32Array[]) =>
  Map.groupBy(rows, (row) => walkTree(tree, row, 0));

const seeds = fc.nat(10_000);
const quickly = { numRuns: 15 };

describe('trees learned from rows', () => {
  it('lower the loss on the rows in every round', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0.1, 0.5, 1), (seed, rate) => {
        const rows = randomRows(300, seed);
        const { levels } = train(rows, { ...QUICK, rate });
        levels.forEach((trees, l) => {
          const losses = Array.from({ length: trees.length + 1 }, (_, t) =>
            lossOf(rows, trees.slice(0, t), l),
          );
          for (let t = 1; t < losses.length; t++)
            expect(losses[t]!).toBeLessThanOrEqual(losses[t - 1]! + 1e-6);
          expect(losses.at(-1)!).toBeLessThan(0.95 * losses[0]!);
        });
      }),
      quickly,
    );
  });

  it('estimate quantiles that follow the features', () => {
    const { levels } = train(randomRows(3000, 5), { ...QUICK, rounds: 60 });
    const fresh = randomRows(1000, 6);
    const at = (level: number) => fresh.map((row) => forecastOf(levels[POOL_LEVELS.indexOf(level)]!, row));
    const [low, middle, high] = [at(0.1), at(0.5), at(0.9)];
    const inside = fresh.filter((row, r) => row[WIDTH]! >= low[r]! && row[WIDTH]! <= high[r]!);
    expect(inside.length / fresh.length).toBeCloseTo(0.8, 1);
    const errors = fresh.map((row, r) => Math.abs(middle[r]! - row[0]!));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.15);
    const widthOf = (isWide: (spread: number) => boolean) => {
      const some = fresh.flatMap((row, r) => (isWide(row[1]!) ? [high[r]! - low[r]!] : []));
      return some.reduce((sum, width) => sum + width, 0) / some.length;
    };
    expect(widthOf((spread) => spread > 0.8)).toBeGreaterThan(1.8 * widthOf((spread) => spread < 0.3));
  });

  it('are those of a plain implementation without bins', () => {
    const integerRow = fc
      .tuple(
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
      )
      .map(([a, b, target, weight]) => rowOf([a, b], target, weight));
    const settings = { ...QUICK, rounds: 1, rate: 1, leaves: 6, minRowsPerLeaf: 3 };
    fc.assert(
      fc.property(
        fc.array(integerRow, { minLength: 20, maxLength: 60 }),
        fc.nat(POOL_LEVELS.length - 1),
        (some, l) => {
          // The largest weight is a power of two, so that all of them are exact.
          const rows = [...some, rowOf([0, 0], 0, 8)];
          const tree = train(rows, settings).levels[l]![0]!;
          const level = POOL_LEVELS[l]!;
          const leaves = plainLeaves(rows, 2, { level, leaves: 6, minRows: 3 });
          expect(tree.leaf.length).toBe(leaves.length);
          leaves.forEach((own, leaf) => {
            expect(tree.leaf[leaf]).toBe(plainQuantile(own, level) + 0);
            for (const row of own) expect(walkTree(tree, row, 0)).toBe(tree.leaf[leaf]);
          });
        },
      ),
    );
  });

  it('have no more leaves than allowed, each with enough rows', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 60 }),
        (seed, leaves, least) => {
          const rows = randomRows(300, seed);
          const { levels } = train(rows, { ...QUICK, rounds: 3, leaves, minRowsPerLeaf: least });
          for (const tree of levels.flat()) {
            expect(tree.leaf.length).toBeLessThanOrEqual(leaves);
            const counts = [...rowsByLeaf(tree, rows).values()].map((own) => own.length);
            expect(Math.min(...counts)).toBeGreaterThanOrEqual(least);
            expect(counts.length).toBe(new Set(tree.leaf).size);
          }
        },
      ),
      quickly,
    );
  });

  it('are a leaf that approaches the weighted quantile if there are too few rows to split', () => {
    const rows = randomRows(30, 3);
    const { levels } = train(rows, { ...QUICK, rounds: 1, rate: 0.5 });
    levels.forEach(([tree], l) => {
      expect(tree!.leaf).toEqual(Float32Array.of(0.5 * plainQuantile(rows, POOL_LEVELS[l]!)));
    });
  });

  it('never split a feature that does not vary', () => {
    const used = train(randomRows(400, 8))
      .levels.flat()
      .flatMap((tree) => [...tree.feature]);
    expect(new Set(used)).toEqual(new Set([0, 1, 2]));
  });

  it('choose among a share of the features, other ones each round, the same ones for all levels', () => {
    const { levels } = train(randomRows(600, 9), { ...QUICK, rounds: 10, featuresPerTree: 0.34 });
    const used = levels.map((trees) => trees.map((tree) => [...new Set(tree.feature)].join()));
    expect(new Set(used[MEDIAN]).size).toBeGreaterThan(1);
    for (const features of used[MEDIAN]!) expect(features).toMatch(/^\d?$/);
    for (let round = 0; round < 10; round++)
      expect(new Set(used.map((own) => own[round]).filter((own) => own !== '')).size).toBeLessThanOrEqual(1);
  });
});

describe('an artefact', () => {
  it('has equal bytes for equal rows and seeds, and other trees for another seed', () => {
    const rows = randomRows(300, 4);
    const some = { ...QUICK, featuresPerTree: 0.34 };
    expect(bytesOf(rows, some, 7)).toEqual(bytesOf(rows, some, 7));
    expect(train(rows, some, 8).levels).not.toEqual(train(rows, some, 7).levels);
  });

  it('names its origin', () => {
    const rows = randomRows(100, 4);
    const origin = { ...LIMITS, seed: 7, dataHash: trainingRowsHash(rows, LIMITS) };
    expect(train(rows, QUICK, 7)).toMatchObject(origin);
    expect(train(rows.slice(1), QUICK, 7).dataHash).not.toBe(origin.dataHash);
  });

  it('has the same trees for rows in another order, beside rows without weight, and for weights in another unit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const rows = randomRows(150, seed);
        const { levels } = train(rows);
        const changed = rows.toReversed().map((row) => row.with(WEIGHT, 1024 * row[WEIGHT]!));
        const without = randomRows(40, seed + 1).map((row) => row.with(WEIGHT, 0));
        expect(train([...without, ...changed]).levels).toEqual(levels);
      }),
      quickly,
    );
  });

  it('is trained level by level, and can be stopped', () => {
    const levels: number[] = [];
    trainFleetTrees(randomRows(60, 1), LIMITS, QUICK, 1, (level) => levels.push(level));
    expect(levels).toEqual(POOL_LEVELS);
    const stop = () => {
      throw new Error('no time left');
    };
    expect(() => trainFleetTrees(randomRows(60, 1), LIMITS, QUICK, 1, stop)).toThrow('no time left');
  });

  it.each([
    ['no rows', [], /no training rows/],
    ['only rows without weight', [rowOf([1], 1, 0)], /no training rows/],
    [
      'a number that is not finite',
      [rowOf([1], 1), rowOf([1, Number.NaN], 1)],
      /number 1 of training row 1 is NaN/,
    ],
    ['a row of another width', [new Float32Array(3)], /row 0 has 3 numbers; expected 50/],
  ])('is refused for %s', (_, rows, reason) => {
    expect(() => bytesOf(rows)).toThrow(InvalidInputError);
    expect(() => bytesOf(rows)).toThrow(reason);
  });
});
