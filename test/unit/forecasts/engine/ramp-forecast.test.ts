import { describe, expect, it } from 'vitest';
import { assessBreach } from '../../../../core/forecasts/breach/assess-breach.ts';
import { forecast, forecastWith, forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { DEFAULT_SETTINGS } from '../../../../core/forecasts/engine/settings.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';
import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { climb, mirrored, weekOf } from './continuation/ramp-series.ts';
import { dailySeries, noise } from './sample-series.ts';

const HORIZON = 96;
const START = 1_790_000_100;
const OFF = { ...DEFAULT_SETTINGS, adaptation: false };
const history = (values: Float64Array): RegularSeries => ({ start: START, stepSeconds: 300, values });
const forecastOf = (values: Float64Array): Forecast =>
  forecast({ history: history(values), horizon: HORIZON });
const riskOf = (values: Float64Array, threshold: Omit<ResolvedThreshold, 'source'>) =>
  assessBreach(forecastOf(values), { ...threshold, source: 'fixed' }, history(values));
const above = (limit: number) => ({ direction: 'above' as const, limit });

describe('a forecast of a series on a ramp', () => {
  const filling = weekOf(climb(5, 4));

  it('continues it, names it, and says why', () => {
    const made = forecastOf(filling);
    expect(made.quantiles[4]!.at(-1)!).toBeCloseTo(60 + 32, -1);
    expect(made.members[0]!.name).toBe('continuation');
    expect(made.members[0]!.weight).toBe(made.ramp!.weight);
    expect(made.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(made.ramp!.perHour).toBeCloseTo(4, 0);
    expect(made.reason).toMatch(
      /^climbing by [34](?:\.\d+)? per hour since \d{4}-\d\d-\d\dT\d\d:\d\dZ, which continues with a probability of 0\.9\d; otherwise a backtest/,
    );
  });

  it('keeps the season of the day on top of the ramp', () => {
    const season = (hour: number) => 5 * Math.sin((2 * Math.PI * hour) / 24);
    const made = forecastOf(weekOf((hour) => climb(6, 4)(hour) + season(hour)));
    expect(made.ramp!.weight).toBeGreaterThan(0.8);
    const { centre } = made.ramp!.continuation;
    for (const h of [11, 35, 59, 83]) {
      const hour = (h + 1) / 12;
      expect(Math.abs(centre[h]! - (64 + 4 * hour + season(hour)))).toBeLessThan(2.5);
    }
  });

  it('continues it over a single step, too', () => {
    const made = forecast({ history: history(filling), horizon: 1 });
    expect(made.quantiles[4]![0]!).toBeCloseTo(60, 0);
    const risk = assessBreach(made, { direction: 'above', limit: 55, source: 'fixed' });
    expect(risk.probability).toBeGreaterThan(0.9);
    expect(risk.timeToImpactSeconds).toEqual({ p10: 300, p50: 300, p90: 300 });
  });

  it('names a decline as such', () => {
    expect(forecastOf(mirrored(filling)).reason).toMatch(/^falling by /);
  });

  it('has the ramp in the units of the metric, whatever their size', () => {
    const tiny = forecastOf(filling.map((value) => value * 1e-150));
    expect(tiny.ramp!.perHour / 1e-150).toBeCloseTo(forecastOf(filling).ramp!.perHour, 6);
    expect(tiny.ramp!.continuation.centre[0]! / 1e-150).toBeCloseTo(60, 0);
  });

  it('stays within the bounds of the metric', () => {
    const bounds = { lower: 0, upper: 80 };
    const made = forecast({ history: history(filling), horizon: HORIZON, bounds });
    expect(Math.max(...made.quantiles.map((row) => Math.max(...row)))).toBe(80);
  });

  it('finds the ramp from a stored state as well as from scratch', () => {
    const { state } = forecastWithState({ history: history(filling.subarray(0, -6)), horizon: HORIZON });
    const values = { ...history(filling), start: START };
    const resumed = forecastWithState({ history: values, horizon: HORIZON }, state);
    expect(resumed.state).toBe(state);
    expect(resumed.forecast.ramp).toEqual(forecastOf(filling).ramp);
  });
});

describe('a forecast without a recent change', () => {
  it.each([
    ['a daily season', dailySeries().values],
    ['noise', weekOf(() => 50)],
    ['spikes', weekOf(() => 50).map((value, i) => value + (i % 97 === 0 ? 40 : 0) + noise(i))],
  ])('is that of the ensemble alone: %s', (_, values) => {
    const request = { history: history(values), horizon: HORIZON };
    const [made, plain] = [forecast(request), forecastWith(request, OFF)];
    expect(made).toEqual(plain);
    expect(made.quantiles.map((row) => Buffer.from(row.buffer).toString('hex'))).toEqual(
      plain.quantiles.map((row) => Buffer.from(row.buffer).toString('hex')),
    );
    expect(made.ramp).toBeUndefined();
  });
});

describe('breach risk on a ramp', () => {
  it('warns of a disk that fills within the horizon, hours ahead, and gives the time', () => {
    const risk = riskOf(weekOf(climb(5, 4)), above(76));
    expect(risk.probability).toBeGreaterThan(0.85);
    expect(risk.severity).toBe('warning');
    expect(risk.timeToImpactSeconds!.p50 / 3600).toBeCloseTo(4, 0);
    expect(risk.timeToImpactSeconds!.p10).toBeLessThan(risk.timeToImpactSeconds!.p50);
    expect(risk.timeToImpactSeconds!.p90).toBeGreaterThan(risk.timeToImpactSeconds!.p50);
  });

  it('warns alike of free space that falls to its limit', () => {
    const filling = weekOf(climb(5, 4));
    const draining = riskOf(mirrored(filling), { direction: 'below', limit: -76 });
    expect(draining.probability).toBeCloseTo(riskOf(filling, above(76)).probability, 2);
  });

  it('does not warn of a limit that the ramp reaches only days later', () => {
    expect(riskOf(weekOf(climb(5, 1)), above(90)).probability).toBeLessThan(0.1);
  });

  it('never lowers the probability as a steady ramp continues', () => {
    const hours = Array.from({ length: 15 }, (_, i) => 1.5 + i);
    const probabilities = hours.map((h) => riskOf(weekOf(climb(h, 3)), above(90)).probability);
    probabilities.forEach((p, i) => {
      expect(p).toBeGreaterThanOrEqual((probabilities[i - 1] ?? 0) - 0.02);
    });
    expect(probabilities.at(-1)).toBeGreaterThan(0.9);
  });

  it('says "now" if the limit is already passed', () => {
    const risk = riskOf(weekOf(climb(5, 8)), above(70));
    expect(risk.timeToImpactSeconds).toEqual({ p10: 0, p50: 0, p90: 0 });
    expect(risk.severity).toBe('critical');
    expect(riskOf(weekOf(climb(5, 8)), above(85)).timeToImpactSeconds!.p50).toBeGreaterThan(0);
  });
});
