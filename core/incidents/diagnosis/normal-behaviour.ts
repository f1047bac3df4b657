import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { HarmMetric } from './diagnosis-target.ts';
import type { NodeMetrics } from './metric-window.ts';

/** Standard deviations between the 5 % and the 95 % quantile of a normal distribution. */
const SIGMAS_IN_90_PERCENT = 3.2897;

/** The usual behaviour of one node, in the unit of its badness (seconds, or share of failed requests). */
export interface NormalBehaviour {
  /** Rows with traffic and a value. */
  readonly rows: number;
  readonly median: number;
  /** Standard deviation of the badness itself. */
  readonly spread: number;
  /** Spread of the added harm of a row (busy seconds, or failed requests). */
  readonly harmSpread: number;
}

/** Seconds per request, or share of failed requests, one value per row; NaN for rows without a measurement. */
export const badness = (metrics: NodeMetrics, metric: HarmMetric): Float64Array | null => {
  if (metric === 'latency') return metrics.latency;
  return metrics.availability?.map((percent) => 1 - percent / 100) ?? null;
};

/** Standard deviation of values in ascending order, from the range that holds the middle 90 % of them. */
const robustSpread = (sorted: Float64Array): number =>
  (sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05)) / SIGMAS_IN_90_PERCENT;

/** Learns the usual behaviour of a node from rows without a known fault; null if no row has a value. */
export const learnNormal = (metrics: NodeMetrics | undefined, metric: HarmMetric): NormalBehaviour | null => {
  const values = metrics === undefined ? null : badness(metrics, metric);
  if (metrics === undefined || values === null) return null;
  const measured = values.filter((value) => !Number.isNaN(value)).sort();
  if (measured.length === 0) return null;
  const median = sortedQuantile(measured, 0.5);
  const harm = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const added = (metrics.requests?.[row] ?? 1) * (values[row]! - median);
    harm[row] = Number.isNaN(added) ? 0 : added;
  }
  return {
    rows: measured.length,
    median,
    spread: robustSpread(measured),
    harmSpread: robustSpread(harm.sort()),
  };
};
