import { describe, expect, it } from 'vitest';
import type { ArchivedForecast } from '../../../../core/forecasts/ports.ts';
import { performanceFigures } from '../../../../core/models/performance/performance-figures.ts';
import { scoreForecast } from '../../../../core/models/performance/score-forecast.ts';
import { scoreArchived } from '../../../../core/models/scoring/score-archived.ts';
import { steadyForecast, uniformSeries } from '../performance/scored-forecasts.ts';

const issued = steadyForecast();
const archived: ArchivedForecast = {
  ...{ ...issued, targetId: 'web-1', metric: 'cpu_percent', model: 'ensemble-1.1.0', breach: null },
  threshold: null,
  quantiles: issued.quantiles.map((row) => Array.from(row)),
};
const series = uniformSeries(1);
/** The points of the series, each `late` seconds after its place on the grid. */
const pointsOf = (late = () => 0) => ({
  timestamps: Array.from(series.values, (_, i) => series.start + i * series.stepSeconds + late()),
  values: Array.from(series.values),
  kind: 'gauge' as const,
});
const scored = (points = pointsOf(), issuedAt = issued.start - 1) =>
  performanceFigures(scoreArchived(archived, points, issuedAt)!).all;

describe('scores of archived forecasts', () => {
  it('are those of the forecast and the observed values of two days before it and after it', () => {
    const from = 3 * 288 - 2 * 288;
    const observed = { ...series, start: series.start + from * 300, values: series.values.slice(from) };
    expect(scored()).toEqual(performanceFigures(scoreForecast(issued, observed)!).all);
  });

  it('find the grid of the forecast in points that jitter around it', () => {
    let i = 0;
    const jittered = pointsOf(() => ((i++ * 37) % 200) - 100);
    // The jitter moves the first value out of the two days that scale the errors, and nothing else.
    expect(scored(jittered).calibration).toEqual(scored().calibration);
    expect(scored(jittered).weightedQuantileLoss).toBe(scored().weightedQuantileLoss);
  });

  it('leave out the steps that had passed when the forecast was issued', () => {
    expect(scored(pointsOf(), issued.start + 5 * 300).steps).toBe(96 - 5);
    expect(scoreArchived(archived, pointsOf(), issued.start + 200 * 300)).toBeNull();
  });

  it('are none without usable values', () => {
    expect(scoreArchived(archived, { timestamps: [], values: [], kind: 'gauge' }, issued.start)).toBeNull();
    const { timestamps } = pointsOf();
    const values = timestamps.map(() => Number.NaN);
    expect(scoreArchived(archived, { timestamps, values, kind: 'gauge' }, issued.start)).toBeNull();
  });

  it('fail for points that are damaged otherwise', () => {
    const broken = { timestamps: [issued.start], values: null as never, kind: 'gauge' as const };
    expect(() => scoreArchived(archived, broken, issued.start)).toThrow(TypeError);
  });
});
