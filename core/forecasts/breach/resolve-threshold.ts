import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { Threshold } from '../../shared/threshold.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';

const historicalLimit = (history: RegularSeries, quantile: number): number => {
  const observed = history.values.filter(Number.isFinite).sort();
  if (observed.length === 0) {
    throw new InvalidInputError('a historical threshold needs at least one observed value', {
      field: 'history',
    });
  }
  return sortedQuantile(observed, Math.min(1, Math.max(0, quantile)));
};

/**
 * Computes a threshold's limit for one series. Historical limits are type-7 sample quantiles (Hyndman & Fan 1996) of
 * the observed values. @throws InvalidInputError if the history contains none
 */
export const resolveThreshold = (threshold: Threshold, history: RegularSeries): ResolvedThreshold =>
  threshold.kind === 'fixed'
    ? { direction: threshold.direction, limit: threshold.limit, source: 'fixed' }
    : {
        direction: threshold.direction,
        limit: historicalLimit(history, threshold.quantile),
        source: 'historical',
      };
