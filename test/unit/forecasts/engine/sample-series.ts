import type { RegularSeries } from '../../../../core/metrics/series/metric-series.ts';

/** Deterministic noise in [-0.5, 0.5) from an index. */
export const noise = (i: number): number => {
  const x = Math.sin(i * 12.9898) * 43_758.5453;
  return x - Math.floor(x) - 0.5;
};

export const seriesOf = (
  length: number,
  valueAt: (i: number) => number,
  stepSeconds = 300,
): RegularSeries => ({
  start: 1_700_000_100,
  stepSeconds,
  values: Float64Array.from({ length }, (_, i) => valueAt(i)),
});

/** A week of a metric with a daily season and noise, around 50. */
export const dailySeries = (length = 2016, stepSeconds = 300): RegularSeries =>
  seriesOf(
    length,
    (i) => 50 + 20 * Math.sin((2 * Math.PI * i * stepSeconds) / 86_400) + 4 * noise(i),
    stepSeconds,
  );

/** Mean absolute distance of two equally long rows. */
export const meanDistance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
