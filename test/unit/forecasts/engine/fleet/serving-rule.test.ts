import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLEET_FEATURES, fleetFeatures } from '../../../../../core/forecasts/engine/fleet/fleet-features.ts';
import { atLevels, fleetQuantiles } from '../../../../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { decodeFleetTrees } from '../../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { fleetWeight, withFleet } from '../../../../../core/forecasts/engine/fleet/serving-rule.ts';
import { viewHistory } from '../../../../../core/forecasts/engine/prepared-series.ts';
import { POOL_LEVELS } from '../../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { ensembleOf } from '../../../../../core/forecasts/engine/recent-changes.ts';
import type { SeriesView } from '../../../../../core/forecasts/engine/series/series-view.ts';
import { DEFAULT_SETTINGS } from '../../../../../core/forecasts/engine/settings.ts';
import { noise, seriesOf } from '../sample-series.ts';
import { encodeTrees, leafTree, splitTree } from './tree-writer.ts';

const HORIZON = 96;
const MEDIAN = POOL_LEVELS.indexOf(0.5);

const treesGiving = (correction: (level: number) => number) =>
  decodeFleetTrees(encodeTrees({ levels: POOL_LEVELS.map((level) => [leafTree(correction(level))]) }));
const NEUTRAL = treesGiving(() => 0);
const UP = treesGiving(() => 1);

const noisy = (length: number, stepSeconds = 300) =>
  viewHistory(seriesOf(length, (i) => 5 + noise(i), stepSeconds));
const ensembleAtOf = (view: SeriesView, horizon = HORIZON) =>
  ensembleOf(view, { horizon, kept: null, settings: DEFAULT_SETTINGS, fleet: null }).ensembleAt;

describe('weight of the trees', () => {
  it.each([
    ['three hours', 36, 1],
    ['a day', 288, 1],
    ['two days', 576, 1],
    ['two and a half days', 720, 0.5],
    ['three days', 864, 0],
    ['a week', 2016, 0],
  ])('with %s of five-minute values', (_, points, weight) => {
    expect(fleetWeight(UP, noisy(points), HORIZON)).toBeCloseTo(weight, 10);
  });

  it('depends on the time that the history covers, not on its points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 900 }), fc.constantFrom(60, 180, 300, 600), (n, step) => {
        const sameTime = Math.round((n * 300) / step);
        fc.pre(sameTime >= 8 && (sameTime * step) / 300 === n);
        expect(fleetWeight(UP, noisy(sameTime, step), 8)).toBe(fleetWeight(UP, noisy(n), 8));
      }),
    );
  });

  it.each([
    ['that never varies', viewHistory(seriesOf(100, () => 7)), HORIZON],
    ['with a finer step than trained', noisy(100, 30), HORIZON],
    ['with a coarser step than trained', noisy(40, 3600), 4],
    ['forecast further ahead than trained', noisy(100), HORIZON + 1],
  ])('is 0 for a series %s', (_, view, horizon) => {
    expect(fleetWeight(UP, view, horizon)).toBe(0);
  });
});

describe('features', () => {
  it('are finite numbers, one row for each lead, and know of yesterday only after a day', () => {
    const at = FLEET_FEATURES.indexOf('has-yesterday');
    for (const [points, known] of [
      [8, 0],
      [200, 0],
      [300, 1],
    ] as const) {
      const view = noisy(points);
      const rows = fleetFeatures(view, ensembleAtOf(view)(POOL_LEVELS));
      expect(rows).toHaveLength(HORIZON * FLEET_FEATURES.length);
      expect(rows.every(Number.isFinite)).toBe(true);
      expect(rows[at]).toBe(known);
    }
  });

  it('are the same for a series in another unit', () => {
    const rowsOf = (factor: number, shift: number) => {
      const view = viewHistory(seriesOf(300, (i) => factor * (noise(i) + 3) + shift));
      return fleetFeatures(view, ensembleAtOf(view)(POOL_LEVELS));
    };
    const [own, other] = [rowsOf(1, 0), rowsOf(1024, 0)];
    own.forEach((value, i) => {
      expect(other[i]!).toBeCloseTo(value, 4);
    });
  });
});

describe('quantiles of the trees', () => {
  const view = noisy(100);
  const ensemble = ensembleAtOf(view)(POOL_LEVELS);

  it.each([
    ['an eighth wider with three hours', 36, 1.1244],
    ['a little wider with a day', 288, 1.0335],
    ['hardly wider with two days', 575, 1.0075],
  ])('are those of the ensemble if the trees correct nothing, %s of history', (_, points, factor) => {
    const short = noisy(points);
    const usual = ensembleAtOf(short)(POOL_LEVELS);
    fleetQuantiles(NEUTRAL, short, usual).forEach((row, l) => {
      row.forEach((value, h) => {
        const middle = usual[MEDIAN]![h]!;
        expect(value - middle).toBeCloseTo(factor * (usual[l]![h]! - middle), 3);
      });
    });
  });

  it('move by the width of the band for a correction of one', () => {
    const [low, high] = [POOL_LEVELS.indexOf(0.1), POOL_LEVELS.indexOf(0.9)];
    fleetQuantiles(UP, view, ensemble)[MEDIAN]!.forEach((value, h) => {
      const width = ensemble[high]![h]! - ensemble[low]![h]!;
      expect(value).toBeCloseTo(ensemble[MEDIAN]![h]! + width, 9);
    });
  });

  it('add up all trees of a level, each for the features of its lead', () => {
    const lead = FLEET_FEATURES.indexOf('log-lead');
    const trees = [leafTree(0.5), splitTree(lead, Math.log(10.5), 0, 2)];
    const both = decodeFleetTrees(encodeTrees({ levels: POOL_LEVELS.map(() => trees) }));
    const moved = fleetQuantiles(both, view, ensemble)[MEDIAN]!;
    const inUnits = (h: number) => {
      const unit = fleetQuantiles(UP, view, ensemble)[MEDIAN]![h]! - ensemble[MEDIAN]![h]!;
      return (moved[h]! - ensemble[MEDIAN]![h]!) / unit;
    };
    expect([inUnits(9), inUnits(10)]).toEqual([expect.closeTo(0.5, 9), expect.closeTo(2.5, 9)]);
  });

  it('are in order, whatever the trees say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -5, max: 5, noNaN: true }), {
          minLength: POOL_LEVELS.length,
          maxLength: POOL_LEVELS.length,
        }),
        (corrections) => {
          const wild = decodeFleetTrees(encodeTrees({ levels: corrections.map((c) => [leafTree(c)]) }));
          const quantiles = fleetQuantiles(wild, view, ensemble);
          for (let l = 1; l < quantiles.length; l++) {
            quantiles[l]!.forEach((value, h) => {
              expect(value).toBeGreaterThanOrEqual(quantiles[l - 1]![h]!);
            });
          }
        },
      ),
    );
  });

  it('are interpolated between the levels of the trees, and constant beyond them', () => {
    const pool = POOL_LEVELS.map((level) => Float64Array.of(100 * level));
    const read = atLevels(pool, [0.01, 0.025, 0.15, 0.5, 0.88, 0.975, 0.99]).map((row) => row[0]!);
    expect(read).toEqual([2.5, 2.5, 15, 50, 88, 97.5, 97.5].map((value) => expect.closeTo(value, 9)));
  });
});

describe('mixture with the ensemble', () => {
  it('gives the quantiles of the trees alone at the weight 1, and lies between both below', () => {
    const view = noisy(100);
    const ensembleAt = ensembleAtOf(view);
    const [plain] = ensembleAt([0.5]);
    const [alone] = withFleet(UP, view, 1, ensembleAt)([0.5]);
    const [half] = withFleet(UP, view, 0.5, ensembleAt)([0.5]);
    expect(alone).toEqual(fleetQuantiles(UP, view, ensembleAt(POOL_LEVELS))[MEDIAN]);
    half!.forEach((value, h) => {
      expect(value).toBeGreaterThan(plain![h]!);
      expect(value).toBeLessThan(alone![h]!);
    });
  });
});
