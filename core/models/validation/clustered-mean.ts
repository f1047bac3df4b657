/** A mean of values that depend on each other within series and within windows. */

import { mean } from '../../shared/maths/averages.ts';
import { studentQuantile } from '../../shared/maths/student-quantile.ts';

export interface ClusteredValue {
  readonly value: number;
  readonly seriesId: string;
  readonly window: string;
}

export interface ClusteredMean {
  readonly mean: number;
  /** Standard error; infinite with one series or one window. */
  readonly error: number;
  /** Degrees of freedom: one less than the number of series or windows, whichever is smaller. */
  readonly degrees: number;
}

/** Sum over clusters of (sum of deviations)^2, with the correction for few clusters, over n^2. */
const clusterVariance = (
  values: readonly ClusteredValue[],
  centre: number,
  keyOf: (value: ClusteredValue) => string,
): number => {
  const sums = new Map<string, number>();
  for (const one of values) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.value - centre);
  const total = [...sums.values()].reduce((sum, own) => sum + own ** 2, 0);
  return ((sums.size / (sums.size - 1)) * total) / values.length ** 2;
};

/**
 * The mean with a standard error clustered in two ways (Cameron, Gelbach & Miller 2011): values of one series depend on
 * each other, and so do those of one window. Never less than clustered in one way alone.
 */
export const clusteredMean = (values: readonly ClusteredValue[]): ClusteredMean => {
  const centre = mean(values.map(({ value }) => value));
  const series = new Set(values.map(({ seriesId }) => seriesId)).size;
  const windows = new Set(values.map(({ window }) => window)).size;
  const degrees = Math.min(series, windows) - 1;
  if (!(degrees >= 1)) return { mean: centre, error: Number.POSITIVE_INFINITY, degrees: 0 };
  const bySeries = clusterVariance(values, centre, ({ seriesId }) => seriesId);
  const byWindow = clusterVariance(values, centre, ({ window }) => window);
  const byBoth = clusterVariance(values, centre, ({ seriesId, window }) =>
    JSON.stringify([seriesId, window]),
  );
  const error = Math.sqrt(Math.max(bySeries, byWindow, bySeries + byWindow - byBoth));
  return { mean: centre, error, degrees };
};

/** Bound that the true mean exceeds with a probability of at most `1 - confidence`. */
export const upperBound = ({ mean: centre, error, degrees }: ClusteredMean, confidence: number): number =>
  degrees === 0 ? Number.POSITIVE_INFINITY : centre + studentQuantile(confidence, degrees) * error;
