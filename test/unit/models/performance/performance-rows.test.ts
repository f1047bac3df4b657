import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBreaches, breachSums, NO_BREACHES } from '../../../../core/models/performance/breach-sums.ts';
import { performanceFigures } from '../../../../core/models/performance/performance-figures.ts';
import {
  addSums,
  DIMENSIONS,
  type Dimension,
  performanceBy,
  type SumsBy,
} from '../../../../core/models/performance/performance-rows.ts';
import { scoreForecast } from '../../../../core/models/performance/score-forecast.ts';
import { historyOf, steadyForecast, uniformSeries } from './scored-forecasts.ts';

const outcome = fc.record({
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
  warned: fc.boolean(),
  crossedAfterSeconds: fc.option(fc.integer({ min: 300, max: 28_800 })),
});

const row = (seed: number, more: Partial<SumsBy<Dimension>>): SumsBy<Dimension> => ({
  ...{ day: '2026-11-30', profile: 'web', metric: 'cpu_percent', model: 'ensemble-1.1.0' },
  sums: scoreForecast(steadyForecast(), uniformSeries(seed))!,
  ...more,
});

describe('performance by dimension', () => {
  const rows = [
    row(1, {}),
    row(2, { profile: 'database' }),
    row(3, { model: 'trees-1.0.0', day: '2026-12-01' }),
    row(4, { profile: 'database', model: 'trees-1.0.0' }),
  ];

  it('adds up the rows of each value', () => {
    const found = performanceBy(rows, ['profile']);
    expect(found.map(({ profile, sums }) => [profile, performanceFigures(sums).all.forecasts])).toEqual([
      ['web', 2],
      ['database', 2],
    ]);
  });

  it('names only what the rows are added by', () => {
    const [first] = performanceBy(rows, ['profile', 'model']);
    expect(Object.keys(first!)).toEqual(['profile', 'model', 'sums']);
  });

  it('adds up the rows of each combination', () => {
    expect(performanceBy(rows, ['profile', 'model'])).toHaveLength(4);
    expect(performanceBy(rows, ['day']).map(({ day }) => day)).toEqual(['2026-11-30', '2026-12-01']);
  });

  it('gives the same whether days are added first or last', () => {
    const whole = rows.map(({ sums }) => sums).reduce(addSums);
    const byDay = performanceBy(rows, ['day'])
      .map(({ sums }) => sums)
      .reduce(addSums);
    expect(performanceFigures(byDay).all.mase).toBeCloseTo(performanceFigures(whole).all.mase!, 10);
    expect(performanceFigures(byDay).all.typicalLoss).toBeCloseTo(
      performanceFigures(whole).all.typicalLoss!,
      10,
    );
  });

  it('adds up repeated rows', () => {
    expect(performanceBy([...rows, ...rows], DIMENSIONS)).toHaveLength(4);
    expect(performanceBy([rows[0]!, rows[0]!], DIMENSIONS)[0]?.sums.errors[0]?.steps).toBe(24);
  });
});

describe('outcomes of breach forecasts', () => {
  it('add up in any order and grouping to the shares of their definitions', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 40 }), (outcomes) => {
        const sums = outcomes.map(breachSums);
        const half = sums.length >> 1;
        const parts = [sums.slice(half), sums.slice(0, half)].map((part) =>
          part.reduce(addBreaches, NO_BREACHES),
        );
        const { breaches: figures } = performanceFigures({
          errors: scoreForecast(steadyForecast(), uniformSeries(1))!.errors,
          breaches: parts.reduce(addBreaches),
        });
        const warned = outcomes.filter((one) => one.warned);
        const crossed = outcomes.filter((one) => one.crossedAfterSeconds !== null);
        const right = warned.filter((one) => one.crossedAfterSeconds !== null);
        expect(figures.cases).toBe(outcomes.length);
        expect(figures.precision).toEqual(warned.length === 0 ? null : right.length / warned.length);
        expect(figures.falseAlarms).toEqual(
          warned.length === 0 ? null : (warned.length - right.length) / warned.length,
        );
        expect(figures.recall).toEqual(crossed.length === 0 ? null : right.length / crossed.length);
        const agree = outcomes.filter((one) => one.warned === (one.crossedAfterSeconds !== null));
        expect(figures.accuracy).toBeCloseTo(agree.length / outcomes.length, 10);
        expect(figures.reliability.reduce((total, { cases }) => total + cases, 0)).toBe(outcomes.length);
      }),
    );
  });

  it('have the Brier score and the reliability of their probabilities', () => {
    const sums = [
      { probability: 0.85, warned: true, crossedAfterSeconds: 600 },
      { probability: 0.85, warned: true, crossedAfterSeconds: null },
      { probability: 1, warned: true, crossedAfterSeconds: 600 },
    ].map(breachSums);
    const { errors } = scoreForecast(steadyForecast(), uniformSeries(1))!;
    const { breaches } = performanceFigures({ errors, breaches: sums.reduce(addBreaches) });
    expect(breaches.brier).toBeCloseTo((0.15 ** 2 + 0.85 ** 2) / 3);
    expect(breaches.reliability).toEqual([
      { forecast: 0.85, observed: 0.5, cases: 2 },
      { forecast: 1, observed: 1, cases: 1 },
    ]);
  });

  it.each([
    [[300, 300, 300], 2.5],
    [[301, 900], 10],
    [[7200, 7200, 300], 75],
    [[30_000], 480],
  ])('%j have a median lead of %d minutes, interpolated', (leads, minutes) => {
    const sums = leads.map((crossedAfterSeconds) =>
      breachSums({ probability: 0.9, warned: true, crossedAfterSeconds }),
    );
    const { errors } = scoreForecast(steadyForecast(), uniformSeries(1))!;
    const { breaches } = performanceFigures({ errors, breaches: sums.reduce(addBreaches) });
    expect(breaches.medianLeadMinutes).toBeCloseTo(minutes);
  });
});

describe('figures', () => {
  it('of nothing are null', () => {
    const series = uniformSeries(1);
    const sums = scoreForecast(steadyForecast(), { ...series, values: series.values.slice(0, -90) })!;
    expect(historyOf(series).values).toHaveLength(864);
    const { byAge, breaches } = performanceFigures(sums);
    expect(byAge.map(({ age }) => age)).toEqual(['up to 1 h', '1 to 4 h', 'over 4 h']);
    expect(byAge[2]).toMatchObject({
      ...{ steps: 0, mase: null, bias: null, weightedQuantileLoss: null, typicalLoss: null },
      ...{ scaledQuantileLoss: null, calibrationError: null, coverage: [], calibration: [] },
    });
    expect(breaches).toMatchObject({
      ...{ cases: 0, precision: null, falseAlarms: null, recall: null, accuracy: null, brier: null },
      medianLeadMinutes: null,
      reliability: [],
    });
  });
});
