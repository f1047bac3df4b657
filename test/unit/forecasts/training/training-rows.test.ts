import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../bench/shared/seeded-random.ts';
import { FLEET_FEATURES, fleetFeatures } from '../../../../core/forecasts/engine/fleet/fleet-features.ts';
import { correctionUnit } from '../../../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { FLEET_FEATURES_HASH } from '../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { viewHistory } from '../../../../core/forecasts/engine/prepared-series.ts';
import { POOL_LEVELS } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { ensembleOf } from '../../../../core/forecasts/engine/recent-changes.ts';
import { DEFAULT_SETTINGS } from '../../../../core/forecasts/engine/settings.ts';
import { trainingRows, trainingRowsHash } from '../../../../core/forecasts/training/training-rows.ts';
import { drawWindows, type TrainingWindow } from '../../../../core/forecasts/training/training-windows.ts';
import { dailySeries, noise, seriesOf } from '../engine/sample-series.ts';

const WIDTH = FLEET_FEATURES.length;
const WEIGHT = WIDTH + POOL_LEVELS.length;
const STEPS = 24;

const windowOf = (factor = 1, more: Partial<TrainingWindow> = {}): TrainingWindow => ({
  history: seriesOf(60, (i) => factor * (20 + noise(i))),
  actual: Float64Array.from({ length: STEPS }, (_, h) => factor * (20 + noise(60 + h))),
  leads: [1, 12, 24],
  scale: factor,
  ...more,
});

describe('trainingRows', () => {
  it('hold the features of serving, and the targets that would correct each quantile to the actual value', () => {
    const { history, actual } = windowOf();
    const view = viewHistory(history);
    const given = { horizon: STEPS, kept: null, settings: DEFAULT_SETTINGS, fleet: null };
    const ensemble = ensembleOf(view, given).ensembleAt(POOL_LEVELS);
    const features = fleetFeatures(view, ensemble);
    const rows = trainingRows(windowOf());
    expect(rows).toHaveLength(3);
    [0, 11, 23].forEach((h, at) => {
      const row = rows[at]!;
      expect(row.subarray(0, WIDTH)).toEqual(features.subarray(h * WIDTH, (h + 1) * WIDTH));
      POOL_LEVELS.forEach((_, l) => {
        const corrected = ensemble[l]![h]! + row[WIDTH + l]! * correctionUnit(ensemble, h);
        expect(corrected * view.scale + view.centre).toBeCloseTo(actual[h]!, 4);
      });
    });
  });

  it('are the same for a series in another unit', () => {
    const [own, larger] = [trainingRows(windowOf()), trainingRows(windowOf(1024))];
    own.forEach((row, at) => {
      row.forEach((value, i) => {
        expect(larger[at]![i]! / value || 1).toBeCloseTo(1, 3);
      });
    });
  });

  it('weigh less the worse the ensemble forecast the window', () => {
    const weightOf = (error: number) => {
      const actual = windowOf().actual.map((value) => value + error);
      const [row] = trainingRows(windowOf(1, { actual }));
      return row![WEIGHT]!;
    };
    expect(weightOf(1)).toBeGreaterThan(2 * weightOf(10));
  });

  it('leave out leads without an actual value, and windows that do not vary', () => {
    const { actual } = windowOf();
    actual[11] = Number.NaN;
    expect(trainingRows(windowOf(1, { actual }))).toHaveLength(2);
    expect(trainingRows(windowOf(1, { history: seriesOf(60, () => 4) }))).toEqual([]);
  });

  it('are finite for a perfect forecast of a series without a scale', () => {
    const history = seriesOf(60, (i) => (i < 30 ? 1 : 0));
    const rows = trainingRows({ history, actual: new Float64Array(STEPS), leads: [1, 24], scale: 0 });
    expect(rows.flatMap((row) => [...row]).every(Number.isFinite)).toBe(true);
    expect(rows.every((row) => row[WEIGHT]! > 0)).toBe(true);
  });
});

describe('trainingRowsHash', () => {
  const limits = { stepSeconds: { min: 60, max: 900 }, maxLeadSeconds: 7200 };

  it('is that of a line that describes the rows, then their numbers', () => {
    const rows = trainingRows(windowOf());
    const description = {
      format: 1,
      featuresHash: FLEET_FEATURES_HASH,
      features: FLEET_FEATURES,
      levels: POOL_LEVELS,
      ...limits,
      rows: 3,
    };
    const numbers = Float32Array.from(rows.flatMap((row) => [...row]));
    const content = Buffer.concat([
      Buffer.from(`${JSON.stringify(description)}\n`),
      Buffer.from(numbers.buffer),
    ]);
    expect(trainingRowsHash(rows, limits)).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('differs for other rows, another order, and other limits', () => {
    const rows = trainingRows(windowOf());
    const hashes = [
      trainingRowsHash(rows, limits),
      trainingRowsHash(rows.slice(1), limits),
      trainingRowsHash(rows.toReversed(), limits),
      trainingRowsHash(rows, { ...limits, maxLeadSeconds: 3600 }),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});

describe('drawWindows', () => {
  const plan = { windows: 40, leadsPerWindow: 4, horizonSeconds: 28_800 };
  const series = dailySeries(3000);

  it('cuts histories of up to three days and what followed them, at the same places for the same seed', () => {
    const windows = drawWindows(series, plan, seededRandom(7));
    expect(windows).toHaveLength(40);
    expect(drawWindows(series, plan, seededRandom(7))).toEqual(windows);
    for (const { history, actual, leads } of windows) {
      const from = (history.start - series.start) / 300;
      const origin = from + history.values.length;
      expect(history.values).toEqual(series.values.slice(from, origin));
      expect(actual).toEqual(series.values.slice(origin, origin + 96));
      expect(actual).toHaveLength(96);
      expect(history.values.length).toBeGreaterThanOrEqual(8);
      expect(history.values.length).toBeLessThanOrEqual(864);
      leads.forEach((lead, part) => {
        expect(lead).toBeGreaterThan(24 * part);
        expect(lead).toBeLessThanOrEqual(24 * (part + 1));
      });
    }
    expect(windows.some(({ history }) => history.values.length < 40)).toBe(true);
    expect(windows.some(({ history }) => history.values.length > 600)).toBe(true);
  });

  it('always fits into the series, however short it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(1000), (length, seed) => {
        for (const { history, actual } of drawWindows(dailySeries(length), plan, seededRandom(seed))) {
          expect(history.values.every(Number.isFinite)).toBe(true);
          expect(actual).toHaveLength(96);
          expect(history.values.length + 96).toBeLessThanOrEqual(length);
        }
      }),
    );
    expect(drawWindows(dailySeries(104), plan, seededRandom(1))).toEqual([]);
    expect(drawWindows(dailySeries(106), plan, seededRandom(1))).not.toEqual([]);
  });

  it('leaves out histories that are mostly gaps', () => {
    const gaps = seriesOf(2000, (i) => (i < 1000 ? Number.NaN : noise(i)));
    const windows = drawWindows(gaps, plan, seededRandom(2));
    expect(windows.length).toBeGreaterThan(0);
    expect(windows.length).toBeLessThan(40);
    for (const { history } of windows)
      expect(history.values.filter(Number.isFinite).length).toBeGreaterThanOrEqual(history.values.length / 2);
  });

  it.each([
    ['the usual change from one day to the next', seriesOf(2000, (i) => Math.floor(i / 288)), 1],
    ['the usual change between steps if there are no two days', seriesOf(500, (i) => 2 * i), 2],
    ['0 for a series without two values', seriesOf(500, (i) => (i === 250 ? 1 : Number.NaN)), 0],
  ])('takes as the scale %s', (_, given, scale) => {
    const all = drawWindows({ ...given, values: given.values.map((v) => v) }, plan, seededRandom(3));
    expect(all.every((window) => Math.abs(window.scale - scale) < 1e-12)).toBe(true);
  });
});
