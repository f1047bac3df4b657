import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest } from '../../../../core/forecasts/engine/check-request.ts';
import type { ForecastRequest } from '../../../../core/forecasts/engine/forecast.ts';
import { horizonBlocks, testLeads } from '../../../../core/forecasts/engine/horizon-blocks.ts';
import { inUnit, safeUnit } from '../../../../core/forecasts/engine/magnitude.ts';
import { blockWeights } from '../../../../core/forecasts/engine/member-weights.ts';
import { toOriginalUnits } from '../../../../core/forecasts/engine/original-units.ts';
import { weightedQuantiles } from '../../../../core/forecasts/engine/quantiles/error-quantiles.ts';
import { LinearPool, sharpenedLevel } from '../../../../core/forecasts/engine/quantiles/linear-pool.ts';
import {
  DEFAULT_QUANTILE_LEVELS,
  POOL_LEVELS,
  POOL_MASSES,
} from '../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { rankScores, valueOfScore } from '../../../../core/forecasts/engine/quantiles/rank-scores.ts';
import { fillMissing } from '../../../../core/forecasts/engine/series/missing-values.ts';
import {
  medianProfile,
  naiveProfile,
  profileAt,
  type SeasonalProfile,
  smoothedProfile,
} from '../../../../core/forecasts/engine/series/seasonal-profile.ts';
import {
  mainPeriod,
  runningSums,
  type SeriesView,
  viewSeries,
} from '../../../../core/forecasts/engine/series/series-view.ts';
import { DEFAULT_SETTINGS } from '../../../../core/forecasts/engine/settings.ts';
import { forecastShortHistory } from '../../../../core/forecasts/engine/short-history.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { IndexSorter } from '../../../../core/shared/maths/index-sorter.ts';
import { rankOrder } from '../../../../core/shared/maths/order-statistics.ts';
import { between } from '../../../fixtures/numbers.ts';

const N = Number.NaN;
const of = (...values: number[]) => Float64Array.from(values);
const whole = fc.integer({ min: -50, max: 50 });
const ascending = (values: ArrayLike<number>) => {
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]!);
};

describe('horizon blocks', () => {
  it('end with the horizon, ascend, and are fine for short leads', () => {
    expect([...horizonBlocks(96)]).toEqual([4, 12, 33, 64, 96]);
    expect([...horizonBlocks(1)]).toEqual([1]);
    expect([...horizonBlocks(3)]).toEqual([1, 2, 3]);
  });

  it('are tested at ascending leads within half of the history, up to the end of each', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 900 }),
        (horizon, perBlock, n) => {
          const ends = horizonBlocks(horizon);
          const leads = testLeads(ends, perBlock, n);
          const most = Math.max(1, Math.min(horizon, Math.floor(n / 2)));
          ascending(leads);
          expect(new Set(leads).size).toBe(leads.length);
          expect([leads[0]! >= 1, leads.at(-1)]).toEqual([true, most]);
          for (const end of ends) if (end <= most) expect(leads).toContain(end);
          expect(leads.length).toBeLessThanOrEqual(perBlock * ends.length);
        },
      ),
    );
    expect([...testLeads(Int32Array.of(4, 12), 2, 100)]).toEqual([2, 4, 8, 12]);
    expect([...testLeads(Int32Array.of(4, 12), 3, 14)]).toEqual([1, 3, 4, 5, 6, 7]);
  });
});

describe('normal scores', () => {
  const values = fc.array(whole, { minLength: 1, maxLength: 60 }).map((given) => Float64Array.from(given));
  const scoresOf = (given: Float64Array) => rankScores(rankOrder(given));

  it('keep the order, give equal values equal scores, and balance around zero', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { scores } = scoresOf(given);
        for (let i = 1; i < given.length; i++)
          expect(Math.sign(scores[i]! - scores[0]!)).toBe(Math.sign(given[i]! - given[0]!));
        const mirrored = scoresOf(given.map((value) => -value)).scores;
        scores.forEach((score, i) => {
          expect(mirrored[i]).toBeCloseTo(-score, 9);
        });
      }),
    );
  });

  it('do not change with an increasing transformation', () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(scoresOf(given.map((value) => Math.exp(value / 10)))!.scores).toEqual(scoresOf(given).scores);
      }),
    );
  });

  it('lead back to values within their range, in order', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { table } = scoresOf(given);
        const back = [-9, -3.5, -1, -0.1, 0, 0.7, 2, 3.5, 9].map((z) => valueOfScore(table, z));
        ascending(back);
        const [least, most] = [Math.min(...given), Math.max(...given)];
        // The grid ends at 3.5, beyond all but 1 in 4,000.
        const slack = 0.02 * (most - least);
        expect(back[0]).toBeGreaterThanOrEqual(least);
        expect(back[0]).toBeLessThanOrEqual(least + slack);
        expect(back.at(-1)).toBeLessThanOrEqual(most);
        expect(back.at(-1)).toBeGreaterThanOrEqual(most - slack);
      }),
    );
    const even = Float64Array.from({ length: 1001 }, (_, i) => i);
    expect(valueOfScore(scoresOf(even).table, 0)).toBeCloseTo(500, 6);
    expect(valueOfScore(scoresOf(even).table, 1)).toBeCloseTo(841.3, 0);
  });
});

describe('weighted quantiles', () => {
  const quantilesOf = (values: readonly number[], weights: readonly number[], levels: readonly number[]) => {
    const out = new Float64Array(levels.length + 1).fill(N);
    const given = Float64Array.from(values);
    const order = new IndexSorter().sort(given, given.length);
    weightedQuantiles(given, Float64Array.from(weights), order, given.length, levels, out, 1);
    return [...out.subarray(1)];
  };
  const points = fc.array(fc.tuple(whole, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 12 });
  const levels = [0.01, 0.25, 0.5, 0.75, 0.99];

  it('ascend within the values in any unit of the weights', () => {
    fc.assert(
      fc.property(points, (given) => {
        const [values, weights] = [given.map(([value]) => value), given.map(([, weight]) => weight)];
        const found = quantilesOf(values, weights, levels);
        ascending(found);
        expect(found[0]).toBeGreaterThanOrEqual(Math.min(...values));
        expect(found.at(-1)).toBeLessThanOrEqual(Math.max(...values));
        quantilesOf(
          values,
          weights.map((weight) => 8 * weight),
          levels,
        ).forEach((value, i) => {
          expect(value).toBeCloseTo(found[i]!, 9);
        });
      }),
    );
  });

  it('interpolate between the middles of the weights', () => {
    expect(quantilesOf([10, 20], [1, 3], [0.125, 0.375, 0.625, 0.9])).toEqual([10, 15, 20, 20]);
    expect(quantilesOf([7], [2], [0.1, 0.9])).toEqual([7, 7]);
  });
});

describe('the pool', () => {
  const quantilesOf = (
    members: readonly { value: (level: number) => number; weight: number }[],
    levels = DEFAULT_QUANTILE_LEVELS,
  ) => {
    const pool = new LinearPool(members.length, levels, 1);
    pool.clear();
    for (const { value, weight } of members)
      for (const [l, level] of POOL_LEVELS.entries()) pool.add(value(level), l, weight);
    const rows = levels.map(() => new Float64Array(1));
    pool.writeQuantiles(rows, 0);
    return rows.map(([value]) => value!);
  };

  it('of one member is that member', () => {
    quantilesOf([{ value: (level) => 10 * level, weight: 1 }]).forEach((value, l) => {
      expect(value).toBeCloseTo(10 * DEFAULT_QUANTILE_LEVELS[l]!, 0);
    });
  });

  it('keeps the modes of its members apart', () => {
    const two = quantilesOf([
      { value: () => 0, weight: 1 },
      { value: () => 100, weight: 1 },
    ]);
    expect([two[0], two[3], two[5], two[8]]).toEqual([0, 0, 100, 100]);
    const uneven = quantilesOf([
      { value: () => 0, weight: 9 },
      { value: () => 100, weight: 1 },
    ]);
    expect(uneven.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('takes levels in any order', () => {
    const members = [{ value: (level: number) => level, weight: 1 }];
    expect(quantilesOf(members, [0.9, 0.1])).toEqual(quantilesOf(members, [0.1, 0.9]).reverse());
  });

  it('has masses that reach half-way to the neighbours', () => {
    expect(POOL_LEVELS).toHaveLength(11);
    expect(POOL_MASSES[0]).toBeCloseTo((0.025 + 0.1) / 2, 12);
    expect(POOL_MASSES[1]).toBeCloseTo(0.15 - 0.0625, 12);
    expect(POOL_MASSES[5]).toBeCloseTo(0.1, 12);
    expect(POOL_MASSES.at(-1)).toBeCloseTo(1 - (0.9 + 0.975) / 2, 12);
  });

  it('reads levels nearer the middle, symmetrically, and unchanged without sharpening', () => {
    const level = between(0.001, 0.999);
    fc.assert(
      fc.property(level, (given) => {
        expect(sharpenedLevel(given, 1)).toBeCloseTo(given, 9);
        expect(sharpenedLevel(1 - given, 0.8)).toBeCloseTo(1 - sharpenedLevel(given, 0.8), 9);
        expect(Math.abs(sharpenedLevel(given, 0.8) - 0.5)).toBeLessThanOrEqual(Math.abs(given - 0.5) + 1e-12);
      }),
    );
    expect(sharpenedLevel(0.25, 0.5)).toBeCloseTo(0.5 * Math.SQRT1_2, 12);
  });
});

describe('weights of members', () => {
  const score = (...loss: number[]) =>
    ({ loss: Float64Array.from(loss) }) as Parameters<typeof blockWeights>[0][number];
  const weightsOf = (block: number, ...losses: readonly (readonly number[])[]) => [
    ...blockWeights(
      losses.map((loss) => score(...loss)),
      block,
      { ...DEFAULT_SETTINGS, weightExponent: 2, pruneBelow: 0.1, blockSharing: 0.5 },
    ),
  ];

  it('fall with the loss, sum to one, and leave out poor ones', () => {
    const [best, half, poor] = weightsOf(0, [1], [2], [10]);
    expect([best, half, poor]).toEqual([expect.closeTo(0.8, 4), expect.closeTo(0.2, 4), 0]);
    expect(weightsOf(0, [3], [3])).toEqual([0.5, 0.5]);
    expect(weightsOf(0, [0], [1])).toEqual([1, 0]);
  });

  it('share the loss of neighbouring blocks, and skip blocks that were not tested', () => {
    const [a = N, b = N] = weightsOf(0, [1, 4], [2, 1]);
    // The mean log losses, (0 + 0.5 log 4) / 1.5 and (log 2 + 0) / 1.5, are equal.
    expect(a).toBeCloseTo(b, 4);
    expect(weightsOf(1, [N, 4], [N, 4])).toEqual([0.5, 0.5]);
    expect(weightsOf(0, [N], [N])).toEqual([0.5, 0.5]);
  });
});

describe('missing values', () => {
  it('are filled without changing observed ones, for any gaps', () => {
    const series = fc.array(fc.option(whole), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 30 }), (given, period) => {
        const values = Float64Array.from(given, (value) => value ?? N);
        const filled = fillMissing(values, period);
        const observed = given.filter((value) => value !== null);
        filled.forEach((value, i) => {
          expect(Number.isFinite(value)).toBe(true);
          if (given[i] != null) expect(value).toBe(given[i]);
          else if (observed.length > 0) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...observed));
            expect(value).toBeLessThanOrEqual(Math.max(...observed));
          }
        });
      }),
    );
  });

  it('are bridged by a line up to a 24th of a season, and by the season beyond', () => {
    const day = Float64Array.from({ length: 144 }, (_, i) => (i % 48) ** 2);
    const short = Float64Array.from(day);
    short.fill(N, 60, 62);
    expect([...fillMissing(short, 48)].slice(60, 62)).toEqual(
      [60, 61].map((i) => {
        const [left, right] = [day[59]!, day[62]!];
        return left + ((i - 59) / 3) * (right - left);
      }),
    );
    const long = Float64Array.from(day);
    long.fill(N, 60, 63);
    expect(fillMissing(long, 48)).toEqual(day);
  });
});

describe('the view of a history', () => {
  const view = (values: Float64Array, period = 4): SeriesView =>
    viewSeries({ start: 0, stepSeconds: 300, values }, period, () => [7]);

  it('is centred on the median, in units of the mean deviation', () => {
    const { y, centre, scale, n, missing, otherPeriods, sums } = view(of(1, 2, 3, 10));
    expect([centre, scale, n, missing, otherPeriods]).toEqual([3, 2.5, 4, null, [7]]);
    expect([...y]).toEqual([-0.8, -0.4, 0, 2.8]);
    expect(sums).toEqual(runningSums(y));
    expect([...runningSums(of(1, 2, 3))]).toEqual([0, 1, 3, 6]);
  });

  it('marks what was filled, and survives a constant', () => {
    expect([...(view(of(1, N, 3)).missing ?? [])]).toEqual([0, 1, 0]);
    expect(view(of(5, 5, 5))).toMatchObject({ centre: 5, scale: 1, y: of(0, 0, 0) });
  });

  it('has a season of a day, or of a week for coarse steps', () => {
    expect([60, 300, 3600, 28_800, 43_200, 86_400, 604_800].map(mainPeriod)).toEqual([
      1440, 288, 24, 3, 14, 7, 2,
    ]);
  });
});

describe('seasonal profiles', () => {
  const viewOf = (values: readonly number[]) =>
    ({ y: Float64Array.from(values), n: values.length }) as unknown as SeriesView;

  it('of the last season repeat it', () => {
    const profile = naiveProfile(viewOf([1, 2, 3, 4, 5, 6]), 3);
    expect([...profile.values].slice(3)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...profile.residualSums]).toEqual([0, 0, 0, 0, 3, 6, 9]);
    expect(profile).toMatchObject({ name: 'naive-3', first: 3 });
  });

  it('smoothed follow each phase by a share of its change', () => {
    const { values, name } = smoothedProfile(viewOf([0, 0, 8, 4, 8, 4]), 2, 0.5);
    expect([...values].slice(2)).toEqual([0, 0, 4, 2, 6, 3]);
    expect(name).toBe('smoothed-2-0.5');
  });

  it('by median ignore an outlier', () => {
    const { values, name } = medianProfile(viewOf([1, 5, 1, 5, 99, 5, 1, 5]), 2, 0, 3);
    expect([...values].slice(6)).toEqual([1, 5, 1, 5]);
    expect(name).toBe('median-2-0');
    const even = medianProfile(viewOf([2, 4, 6]), 1, 0, 2);
    expect(even.values[3]).toBe(5);
  });

  it('never look at the season that they forecast', () => {
    const season = fc.integer({ min: 1, max: 5 });
    const values = fc.array(whole, { minLength: 12, maxLength: 30 });
    fc.assert(
      fc.property(values, season, fc.nat(29), (given, period, at) => {
        const changed = given.map((value, i) => (i === at % given.length ? value + 1000 : value));
        const moved = at % given.length;
        const makers: readonly (readonly [reach: number, make: (view: SeriesView) => SeasonalProfile])[] = [
          [0, (view) => naiveProfile(view, period)],
          [0, (view) => smoothedProfile(view, period, 0.3)],
          [0, (view) => medianProfile(view, period, 0, 3)],
          [1, (view) => medianProfile(view, period, 1, 3)],
        ];
        for (const [reach, make] of makers) {
          const [before, after] = [make(viewOf(given)), make(viewOf(changed))];
          for (let s = period; s < moved + period - reach; s++)
            expect(after.values[s]).toBe(before.values[s]);
        }
      }),
    );
  });

  it('beyond the last known season repeat it', () => {
    const profile = naiveProfile(viewOf([1, 2, 3]), 3);
    expect([3, 4, 5, 6, 9, 11].map((s) => profileAt(profile, s, 3))).toEqual([1, 2, 3, 1, 1, 3]);
  });
});

describe('units', () => {
  it('keep extreme numbers away from overflow, and leave ordinary ones', () => {
    expect([safeUnit(of(1, -5, N)), safeUnit(of(0, 0)), safeUnit(of(1e-90))]).toEqual([1, 1, 1]);
    expect([safeUnit(of(1, -1e200)), safeUnit(of(1e-200))]).toEqual([1e200, 1e-200]);
    const series = { start: 0, stepSeconds: 60, values: of(2, 4) };
    expect(inUnit(series, 1)).toBe(series);
    expect(inUnit(series, 2)).toEqual({ ...series, values: of(1, 2) });
  });

  it('clamp quantiles to the bounds, sort them, and average them', () => {
    const rows = [of(5, -3), of(1, 200)];
    const mean = toOriginalUnits(rows, [0.1, 0.9], of(1, 2), { lower: 0, upper: 100 });
    expect([rows, mean]).toEqual([[of(1, 0), of(5, 100)], of(3, 50)]);
  });

  it('learn that a metric is never negative, unless it was', () => {
    const clamp = (history: Float64Array) => {
      const rows = [of(-3)];
      toOriginalUnits(rows, [0.5], history, undefined);
      return rows[0]![0];
    };
    expect([clamp(of(0, 1)), clamp(of(N, 1)), clamp(of(-1, 1))]).toEqual([0, 0, -3]);
  });

  it('give finite means of the largest numbers', () => {
    const rows = [of(Number.MAX_VALUE), of(Number.MAX_VALUE)];
    expect(toOriginalUnits(rows, [0.4, 0.6], of(1), undefined)[0]).toBe(Number.MAX_VALUE);
  });
});

describe('a short history', () => {
  it('gives a wide band around its median that widens with the lead', () => {
    const [low, middle, high] = forecastShortHistory(of(100, N, 100), 4, [0.1, 0.5, 0.9]);
    expect([...middle!]).toEqual([100, 100, 100, 100]);
    expect(high![0]! - 100).toBeCloseTo(1.2815515655 * 25, 6);
    expect(100 - low![3]!).toBeCloseTo(1.2815515655 * 25 * (1 + 0.5 * Math.log(4)), 6);
  });

  it('is as wide as its changes if these are larger, and one unit of zeros', () => {
    const [, high] = forecastShortHistory(of(0, 10, 0), 1, [0.5, 0.9]);
    expect(high![0]).toBeCloseTo(1.2815515655 * 10, 6);
    expect(forecastShortHistory(of(0), 1, [0.9])[0]![0]).toBeCloseTo(1.2815515655, 6);
  });
});

describe('a request that can never succeed', () => {
  const request = (over: Partial<ForecastRequest>): ForecastRequest => ({
    ...{ history: { start: 0, stepSeconds: 300, values: of(1) }, horizon: 1 },
    ...over,
  });

  it.each<[Partial<ForecastRequest>, string, string]>([
    [{ history: { start: 0, stepSeconds: 300, values: of(N) } }, 'the history contains no value', 'history'],
    [
      { history: { start: 0, stepSeconds: 0, values: of(1) } },
      'expected a positive step, found 0',
      'history',
    ],
    [
      { history: { start: 0, stepSeconds: N, values: of(1) } },
      'expected a positive step, found NaN',
      'history',
    ],
    [{ horizon: 0 }, 'expected a horizon of at least one whole step, found 0', 'horizon'],
    [{ horizon: 1.5 }, 'expected a horizon of at least one whole step, found 1.5', 'horizon'],
    [{ quantileLevels: [0.5, 1] }, 'expected quantile levels between 0 and 1, found 1', 'quantileLevels'],
    [{ quantileLevels: [0, 0.5] }, 'expected quantile levels between 0 and 1, found 0', 'quantileLevels'],
    [{ quantileLevels: [] }, 'expected quantile levels between 0 and 1, found none', 'quantileLevels'],
    [{ bounds: { lower: 2, upper: 1 } }, 'expected lower <= upper, found 2 and 1', 'bounds'],
    [{ bounds: { lower: N } }, 'expected lower <= upper, found NaN and Infinity', 'bounds'],
  ])('names the field: %j', (over, message, field) => {
    const check = () => checkRequest(request(over));
    expect(check).toThrow(InvalidInputError);
    expect(check).toThrow(expect.objectContaining({ message, field }));
  });

  it.each<Partial<ForecastRequest>>([
    {},
    { bounds: {} },
    { bounds: { lower: 1, upper: 1 } },
    { quantileLevels: [0.999] },
  ])('is not %j', (over) => {
    expect(() => checkRequest(request(over))).not.toThrow();
  });
});
