import type { RegularSeries } from '../../metrics/series/metric-series.ts';

const MAX_SAFE = 1e100;

/** Unit that prevents overflow and underflow of squares and differences; 1 for ordinary metrics. */
export const safeUnit = (values: Float64Array): number => {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest > MAX_SAFE || (largest > 0 && largest < 1 / MAX_SAFE) ? largest : 1;
};

/** The series divided by the unit. */
export const inUnit = (series: RegularSeries, unit: number): RegularSeries =>
  unit === 1 ? series : { ...series, values: series.values.map((value) => value / unit) };
