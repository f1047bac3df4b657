/** Compares the latest values of one series with those of a reference window. */

import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { ReferenceWindow } from './comparable-samples.ts';
import {
  kolmogorovDistance,
  kolmogorovProbability,
  stabilityIndex,
  wassersteinDistance,
} from './distances.ts';
import { daysOf, independentPerDay } from './effective-size.ts';

/** How the current window of a series differs from its reference. */
export interface SeriesChange {
  /** Probability of such a difference, or a larger one, if nothing changed: dependence in time is allowed for. */
  readonly pValue: number;
  /** Largest distance between the distributions, in [0, 1]. */
  readonly kolmogorov: number;
  readonly stabilityIndex: number;
  /** Mean distance of the distributions in usual spreads of the series. */
  readonly wasserstein: number;
  /** Change of the median in usual spreads; positive upwards. */
  readonly shift: number;
}

/** A working week and a weekend twice: the least that a window is compared with. */
const MIN_REFERENCE_DAYS = 14;
/** Fewer days say little. */
const MIN_CURRENT_DAYS = 2;

/** Null if a window holds too little. Windows should be of whole weeks, or else of days of the same weekdays. */
export const seriesChange = (reference: ReferenceWindow, current: RegularSeries): SeriesChange | null => {
  const [before, now] = [reference.sample, reference.compare(current)];
  const [daysBefore, daysNow] = [daysOf(before), daysOf(now)];
  if (daysBefore < MIN_REFERENCE_DAYS || daysNow < MIN_CURRENT_DAYS) return null;
  const perDay = independentPerDay(before);
  const distance = kolmogorovDistance(before, now);
  const [residualsBefore, residualsNow] = [before.residuals.toSorted(), now.residuals.toSorted()];
  const spread = usualSpread(residualsBefore, reference.size);
  return {
    pValue: kolmogorovProbability(distance, perDay * daysBefore, perDay * daysNow),
    kolmogorov: distance,
    stabilityIndex: stabilityIndex(before, now),
    wasserstein: wassersteinDistance(residualsBefore, residualsNow) / spread,
    shift: (sortedQuantile(residualsNow, 0.5) - sortedQuantile(residualsBefore, 0.5)) / spread,
  };
};

/** Ratio of the range from p10 to p90 of a normal distribution to its standard deviation. */
const NORMAL_RANGE = 2.563;
/** Of series that hardly vary, changes below this share of their size do not matter. */
const SMALLEST_SPREAD = 0.01;

const usualSpread = (sorted: Float64Array, size: number): number => {
  const range = (sortedQuantile(sorted, 0.9) - sortedQuantile(sorted, 0.1)) / NORMAL_RANGE;
  return Math.max(range, SMALLEST_SPREAD * size) || 1;
};
