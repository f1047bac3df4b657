import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';

/** A series with a limit and what followed: the common form of given, simulated and injected cases. */
export interface World {
  readonly kind: string;
  readonly history: RegularSeries;
  readonly future: Float64Array;
  readonly threshold: { readonly direction: 'above' | 'below'; readonly limit: number };
  readonly bounds?: { readonly lower: number; readonly upper: number } | undefined;
  /** True if the series is climbing or draining at the end of the history. */
  readonly isRamp: boolean;
}

/** Steps to the first crossing, from 1; 0 if there is none. */
export const stepsToBreach = ({ future, threshold }: World): number =>
  future.findIndex((value) => isBeyond(value, threshold)) + 1;
