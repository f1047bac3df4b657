import { describe, expect, it } from 'vitest';
import { reportTrends } from '../../../../core/forecasts/trends/trend-report.ts';
import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';
import { climb, mirrored, weekOf } from '../engine/continuation/ramp-series.ts';

const HOUR = 3600;
const series = (values: Float64Array): RegularSeries => ({ start: 1_790_000_100, stepSeconds: 300, values });
const reportOf = (values: Float64Array, capacity: number) => reportTrends(series(values), { capacity });
const hoursLeft = ({ runOut, to }: ReturnType<typeof reportOf>) => (runOut!.middle! - to) / HOUR;

describe('the run-out date of a series on a ramp', () => {
  it('is that of the forecast if the disk is full within a day', () => {
    const report = reportOf(weekOf(climb(5, 4)), 80);
    expect(hoursLeft(report)).toBeGreaterThan(4);
    expect(hoursLeft(report)).toBeLessThan(6);
    expect(report.runOut!.middle! - report.to).toBe(report.exhaustion!.middle);
    expect(report.runOut!.early! - report.to).toBe(report.exhaustion!.early);
    expect(report.runOut!.perDay).toBeGreaterThan(60);
  });

  it('is when the ramp gets there if that is later', () => {
    const report = reportOf(weekOf(climb(48, 0.5)), 94);
    expect(report.exhaustion!.middle).toBeNull();
    expect(hoursLeft(report)).toBeGreaterThan(48);
    expect(hoursLeft(report)).toBeLessThan(80);
    expect(report.runOut!.early!).toBeLessThan(report.runOut!.middle!);
    expect(report.runOut!.late!).toBeGreaterThan(report.runOut!.middle!);
  });

  it('is the same for a resource that falls to its limit', () => {
    const rising = reportOf(weekOf(climb(48, 0.5)), 94);
    const falling = reportOf(mirrored(weekOf(climb(48, 0.5))), -94);
    expect(hoursLeft(falling)).toBeCloseTo(hoursLeft(rising), 0);
    expect(falling.runOut!.early!).toBeLessThan(falling.runOut!.middle!);
  });

  it('is not given by a ramp that leads away from the limit', () => {
    expect(reportOf(mirrored(weekOf(climb(48, 0.5))), 94).runOut?.middle ?? null).toBeNull();
  });
});

describe('the run-out date of a series without a trend', () => {
  it('is not foreseeable, at either end of the interval', () => {
    const { runOut } = reportOf(
      weekOf(() => 50),
      90,
    );
    expect(runOut).toMatchObject({ early: null, middle: null, late: null });
  });
});
