/** A series as models learn from it, and are judged on it. */
import type { RegularSeries } from '../metrics/series/metric-series.ts';
import type { Threshold } from '../shared/threshold.ts';

export interface LearnedSeries {
  /** Target and metric. */
  readonly seriesId: string;
  /** Series of which the errors are compared with each other: those of a metric and a profile. */
  readonly segment: string;
  readonly series: RegularSeries;
  /** When its metric counts as breached; null if neither a rise nor a fall does harm. */
  readonly threshold: Threshold | null;
}
