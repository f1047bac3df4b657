import { describe, expect, it } from 'vitest';
import { lossesOf } from '../../../../bench/forecasts/forecast/losses.ts';
import { maseScale } from '../../../../core/forecasts/forecast-losses.ts';
import type { BreachSums } from '../../../../core/models/performance/breach-sums.ts';
import { addErrors, centralShare } from '../../../../core/models/performance/error-sums.ts';
import { performanceFigures } from '../../../../core/models/performance/performance-figures.ts';
import { addSums } from '../../../../core/models/performance/performance-rows.ts';
import { type IssuedForecast, scoreForecast } from '../../../../core/models/performance/score-forecast.ts';
import {
  actualOf,
  HORIZON,
  historyOf,
  LEVELS,
  STEP,
  steadyForecast,
  uniformSeries,
} from './scored-forecasts.ts';

const scored = (forecast: IssuedForecast, series: ReturnType<typeof uniformSeries>) => {
  const sums = scoreForecast(forecast, series);
  if (sums === null) throw new Error('the forecast was not scored');
  return sums;
};

describe('a scored forecast', () => {
  it('has the losses of the benches', () => {
    const series = uniformSeries(1);
    const forecast = steadyForecast();
    const losses = lossesOf(actualOf(series), forecast.quantiles, LEVELS, maseScale(historyOf(series)));
    const { all } = performanceFigures(scored(forecast, series));
    expect(all.mase).toBeCloseTo(losses.mase, 10);
    expect(all.scaledQuantileLoss).toBeCloseTo(losses.sql, 10);
    expect(all.coverage[0]).toEqual({ nominal: 0.8, observed: expect.closeTo(losses.covered, 10) });
  });

  it('divides its steps by the age of the forecast', () => {
    const { errors } = scored(steadyForecast(), uniformSeries(1));
    expect(errors.map(({ steps }) => steps)).toEqual([12, 36, 48]);
  });

  it('counts observed steps only', () => {
    const series = uniformSeries(1);
    series.values.fill(Number.NaN, -90);
    const { errors } = scored(steadyForecast(), series);
    expect(errors.map(({ steps }) => steps)).toEqual([6, 0, 0]);
    expect(errors.map(({ forecasts }) => forecasts)).toEqual([1, 0, 0]);
  });

  it('is not scored before a value arrives, nor on another grid', () => {
    const series = uniformSeries(1);
    expect(scoreForecast(steadyForecast(), historyOf(series))).toBeNull();
    expect(scoreForecast(steadyForecast(), { ...series, stepSeconds: 60 })).toBeNull();
    expect(scoreForecast(steadyForecast(), { ...series, start: series.start + 100 })).toBeNull();
  });

  it('that begins before the series is scored by its own values', () => {
    const series = { ...uniformSeries(1), start: steadyForecast().start + 2 * STEP };
    const [first] = scored(steadyForecast(), series).errors;
    expect(first?.steps).toBe(10);
  });
});

describe('the place of actual values', () => {
  it('is even for calibrated forecasts, and the shares at the quantiles are their levels', () => {
    const all = Array.from({ length: 60 }, (_, seed) => scored(steadyForecast(), uniformSeries(seed)));
    const { all: figures } = performanceFigures(all.reduce(addSums));
    for (const { level, observed } of figures.calibration)
      expect(Math.abs(observed - level)).toBeLessThan(0.02);
    expect(figures.calibrationError).toBeLessThan(0.01);
    expect(Math.abs(figures.bias!)).toBeLessThan(0.02);
  });

  it('of an idle series that is forecast exactly is calibrated', () => {
    const series = uniformSeries(1);
    series.values.fill(7);
    const { all } = performanceFigures(scored(steadyForecast(LEVELS.map(() => 7)), series));
    for (const { level, observed } of all.calibration) expect(observed).toBeCloseTo(level);
    expect(all.coverage.every(({ observed }) => observed === 1)).toBe(true);
    expect(all.mase).toBe(0);
    const [first] = scored(steadyForecast(LEVELS.map(() => 7)), series).errors;
    expect(centralShare(first!)).toBeCloseTo(0.8);
    expect(all.typicalLoss).toBeCloseTo(0);
  });

  it('shows forecasts that are too high, and bands that are too narrow', () => {
    const high = performanceFigures(scored(steadyForecast(LEVELS.map((l) => 50 + 50 * l)), uniformSeries(1)));
    expect(high.all.bias).toBeGreaterThan(0.5);
    expect(high.all.calibration[0]?.observed).toBeGreaterThan(0.4);
    const narrow = performanceFigures(
      scored(steadyForecast(LEVELS.map((l) => 40 + 20 * l)), uniformSeries(1)),
    );
    expect(narrow.all.coverage[0]?.observed).toBeLessThan(0.3);
    expect(narrow.all.calibrationError).toBeGreaterThan(0.1);
  });

  it('the weighted quantile loss is relative to the values', () => {
    const series = uniformSeries(1);
    const grown = { ...series, values: series.values.map((value) => 10 * value) };
    const forecast = steadyForecast();
    const grownForecast = steadyForecast(LEVELS.map((level) => 1000 * level));
    const [one, ten] = [
      performanceFigures(scored(forecast, series)),
      performanceFigures(scored(grownForecast, grown)),
    ];
    expect(ten.all.weightedQuantileLoss).toBeCloseTo(one.all.weightedQuantileLoss!, 10);
    expect(one.all.weightedQuantileLoss).toBeGreaterThan(0.2);
  });
});

const THRESHOLD = { direction: 'above', limit: 150, source: 'fixed' } as const;
type Severity = 'critical' | 'warning' | 'info';
const breachOf = (
  severity: Severity,
  change: (values: Float64Array, first: number) => void,
  threshold: {
    readonly direction: 'above' | 'below';
    readonly limit: number;
    readonly source: 'fixed';
  } = THRESHOLD,
): BreachSums => {
  const series = uniformSeries(1);
  change(series.values, series.values.length - HORIZON);
  const probability = severity === 'info' ? 0.2 : 0.8;
  return scored(steadyForecast(undefined, { threshold, probability, severity }), series).breaches;
};

describe('a forecast of a breach', () => {
  const crossAt = (step: number) => (values: Float64Array, first: number) => {
    values[first + step] = 200;
  };
  const nothing = () => undefined;

  it.each([
    ['a right warning', 'critical', crossAt(23), { warnedOfBreach: 1, warnedOfNone: 0, missed: 0, quiet: 0 }],
    ['a false alarm', 'warning', nothing, { warnedOfBreach: 0, warnedOfNone: 1, missed: 0, quiet: 0 }],
    ['a missed breach', 'info', crossAt(0), { warnedOfBreach: 0, warnedOfNone: 0, missed: 1, quiet: 0 }],
    ['quiet', 'info', nothing, { warnedOfBreach: 0, warnedOfNone: 0, missed: 0, quiet: 1 }],
  ] as const)('is %s', (_, severity, change, expected) => {
    expect(breachOf(severity, change)).toMatchObject(expected);
  });

  it('has the time from its start to the breach as its lead', () => {
    const { breaches } = performanceFigures({
      errors: scored(steadyForecast(), uniformSeries(1)).errors,
      breaches: breachOf('warning', crossAt(23)),
    });
    // Two hours: within the range from 60 to 120 minutes, of which the middle is taken.
    expect(breaches.medianLeadMinutes).toBe(90);
  });

  it('is about the limit in its direction', () => {
    const below = { direction: 'below', limit: -10, source: 'fixed' } as const;
    const drop = (values: Float64Array, first: number) => {
      values[first] = -20;
    };
    expect(breachOf('info', drop, below)).toMatchObject({ missed: 1 });
    expect(breachOf('info', drop)).toMatchObject({ quiet: 1 });
  });

  it('does not count if the limit was passed already, or if too little arrived to say that none came', () => {
    const none = { warnedOfBreach: 0, warnedOfNone: 0, missed: 0, quiet: 0 };
    const passed = (values: Float64Array, first: number) => values.fill(200, first - 1);
    expect(breachOf('critical', passed)).toMatchObject(none);
    const gap = (values: Float64Array, first: number) => values.fill(Number.NaN, first + 80);
    expect(breachOf('critical', gap)).toMatchObject(none);
    const crossedBeforeGap = (values: Float64Array, first: number) => {
      gap(values, first);
      values[first + 5] = 200;
    };
    expect(breachOf('critical', crossedBeforeGap)).toMatchObject({ ...none, warnedOfBreach: 1 });
  });
});

describe('errors', () => {
  it('of other quantile levels cannot be added', () => {
    const [errors] = scored(steadyForecast(), uniformSeries(1)).errors;
    expect(() => addErrors(errors!, { ...errors!, quantileLevels: [0.5] })).toThrow(
      'errors of forecasts with the quantile levels 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 and 0.5 cannot be added',
    );
  });
});
