import { describe, expect, it } from 'vitest';
import { AutoregressiveForecast } from '../../../../core/forecasts/engine/candidates/autoregressive-forecast.ts';
import { weightedQuantiles } from '../../../../core/forecasts/engine/quantiles/error-quantiles.ts';
import { sharpenedLevel } from '../../../../core/forecasts/engine/quantiles/linear-pool.ts';
import { POOL_MASSES } from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { rankScores, valueOfScore } from '../../../../core/forecasts/engine/quantiles/rank-scores.ts';
import {
  autocovariance,
  iterateAutoregression,
  yuleWalker,
} from '../../../../core/forecasts/engine/series/autoregression.ts';
import { foldedRidge } from '../../../../core/forecasts/engine/series/folded-ridge.ts';
import { fillMissing } from '../../../../core/forecasts/engine/series/missing-values.ts';
import { IndexSorter } from '../../../../core/shared/maths/index-sorter.ts';
import { rankOrder } from '../../../../core/shared/maths/order-statistics.ts';
import { noise } from './sample-series.ts';

describe('weighted quantiles', () => {
  const quantilesOf = (values: number[], weights: number[], levels: number[]) => {
    const out = new Float64Array(levels.length);
    const given = Float64Array.from(values);
    const order = new IndexSorter().sort(given, given.length);
    weightedQuantiles(given, Float64Array.from(weights), order, given.length, levels, out, 0);
    return [...out];
  };

  it('interpolate between mid-points of the weights', () => {
    expect(quantilesOf([30, 10, 20], [1, 1, 1], [0.05, 1 / 3, 0.5, 0.99])).toEqual([10, 15, 20, 30]);
  });

  it('follow the weights', () => {
    expect(quantilesOf([1, 2], [9, 1], [0.4])[0]).toBe(1);
  });
});

describe('Yule-Walker', () => {
  it('finds the coefficients of an autoregression', () => {
    const values = new Float64Array(20_000);
    for (let i = 2; i < values.length; i++)
      values[i] = 0.6 * values[i - 1]! - 0.3 * values[i - 2]! + noise(i);
    const phi = yuleWalker(values, 0, values.length, 2);
    expect(phi[0]).toBeCloseTo(0.6, 1);
    expect(phi[1]).toBeCloseTo(-0.3, 1);
  });

  it('iterates forward from the values before the origin', () => {
    const path = new Float64Array(4);
    iterateAutoregression(Float64Array.from([0.5]), Float64Array.from([0, 8]), 2, 3, path);
    expect([...path]).toEqual([8, 4, 2, 1]);
    const longer = new Float64Array(5);
    iterateAutoregression(Float64Array.from([1, 0, 2]), Float64Array.from([3]), 1, 2, longer);
    expect([...longer]).toEqual([0, 0, 3, 3, 3]);
  });
});

describe('an autoregressive forecast', () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => noise(i) + Math.sin(i / 9));
  const phi = yuleWalker(values, 0, values.length, 7);

  const forecastOf = (origin: number, leads: readonly number[], count = leads.length) => {
    const out = new Float64Array(leads.length + 1);
    new AutoregressiveForecast(phi, values).predict({ origin, leads: Int32Array.from(leads), count }, out, 1);
    return [...out.subarray(1)];
  };

  it.each([0, 1, 4, 7, 8, 150, 200])('is the same for a few leads as for all, at origin %i', (origin) => {
    const all = forecastOf(
      origin,
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    const leads = [1, 2, 11, 40];
    forecastOf(origin, leads).forEach((value, j) => {
      expect(value).toBeCloseTo(all[leads[j]! - 1]!, 12);
    });
  });

  it('leaves leads beyond the count alone', () => {
    expect(forecastOf(100, [1, 30, 60], 2)[2]).toBe(0);
  });

  it('serves other leads after the first', () => {
    const forecast = new AutoregressiveForecast(phi, values);
    const out = new Float64Array(2);
    forecast.predict({ origin: 99, leads: Int32Array.of(1, 30), count: 2 }, out, 0);
    const [first] = out;
    forecast.predict({ origin: 99, leads: Int32Array.of(2, 50), count: 2 }, out, 0);
    expect([first, out[0]]).toEqual([forecastOf(99, [1, 30])[0], forecastOf(99, [2, 50])[0]]);
  });
});

describe('autocovariance', () => {
  it.each([0, 1, 5, 6, 7, 8])('is the mean product of all pairs, up to lag %i', (order) => {
    const values = Float64Array.from({ length: 9 }, (_, i) => noise(i));
    const direct = Array.from({ length: order + 1 }, (_, lag) => {
      let total = 0;
      for (let i = 1 + lag; i < 9; i++) total += values[i]! * values[i - lag]!;
      return total / 8;
    });
    autocovariance(values, 1, 9, order).forEach((value, lag) => {
      expect(value).toBeCloseTo(direct[lag]!, 12);
    });
  });
});

describe('folded ridge', () => {
  it('solves for all data and without each fold', () => {
    const ridge = foldedRidge(2, 2, 1e-9);
    ridge.clear();
    for (let i = 0; i < 40; i++) {
      const fold = i % 2;
      ridge.add(fold, Float64Array.from([1, i]), (fold === 0 ? 3 : 5) + 2 * i, 1);
    }
    const slopes: number[] = [];
    const intercepts: number[] = [];
    ridge.solve((fold, solution) => {
      intercepts[fold] = solution[0]!;
      slopes[fold] = solution[1]!;
    });
    expect(intercepts[0]).toBeCloseTo(5, 6);
    expect(intercepts[1]).toBeCloseTo(3, 6);
    expect(intercepts[2]).toBeGreaterThan(3.5);
    expect(slopes[0]).toBeCloseTo(2, 6);
  });
});

describe('normal scores', () => {
  it('convert back to the values, ties to one score', () => {
    const values = Float64Array.from({ length: 500 }, (_, i) => Math.round(100 * noise(i)));
    const { scores, table } = rankScores(rankOrder(values));
    values.forEach((value, i) => {
      expect(Math.abs(valueOfScore(table, scores[i]!) - value)).toBeLessThan(1.5);
    });
    expect(new Set(scores).size).toBe(new Set(values).size);
  });
});

describe('the pool', () => {
  it('assigns masses to its levels that sum to one', () => {
    expect(POOL_MASSES.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
  });

  it('moves levels towards the middle, symmetrically', () => {
    expect(sharpenedLevel(0.1, 0.8)).toBeGreaterThan(0.1);
    expect(sharpenedLevel(0.5, 0.8)).toBe(0.5);
    expect(sharpenedLevel(0.9, 0.8)).toBeCloseTo(1 - sharpenedLevel(0.1, 0.8), 12);
  });
});

describe('missing values', () => {
  it('are filled with a line if short, with the season if long, and with the nearest value at the ends', () => {
    const N = Number.NaN;
    expect([...fillMissing(Float64Array.from([N, 1, N, 3, N]), 288)]).toEqual([1, 1, 2, 3, 3]);
    const season = Float64Array.from({ length: 96 }, (_, i) => (i >= 48 && i < 60 ? N : i % 24));
    expect([...fillMissing(season, 24)]).toEqual(Array.from({ length: 96 }, (_, i) => i % 24));
    const early = Float64Array.from({ length: 96 }, (_, i) => (i < 12 ? N : i % 24));
    expect(fillMissing(early, 24)[5]).toBe(5);
  });

  it('are zeros if nothing is known', () => {
    expect([...fillMissing(Float64Array.from([Number.NaN, Number.NaN]), 24)]).toEqual([0, 0]);
  });
});
