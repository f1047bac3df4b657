/** What a daily figure is usually like, from the days after a model was promoted. */

import { mean } from '../../shared/maths/averages.ts';
import { varianceInflation, varianceOf } from '../../shared/maths/serial-dependence.ts';

export interface DailyBaseline {
  readonly mean: number;
  /** Standard deviation from day to day: an upper bound that allows for few days and for days that resemble each other. */
  readonly deviation: number;
}

/** Two weeks: each day of the week twice. */
export const BASELINE_DAYS = 14;
/** Smallest deviation, in units of the figure: no fleet is so even that less would be a change. */
const MIN_DEVIATION = 0.01;
/** Root of the ratio of 13 degrees of freedom and the 10th percentile of their chi-squared distribution. */
const UPPER_BOUND = Math.sqrt(13 / 7.04);

/** The baseline of at least `BASELINE_DAYS` daily figures; null if there are fewer. */
export const dailyBaseline = (figures: readonly number[]): DailyBaseline | null => {
  const known = figures.filter(Number.isFinite);
  if (known.length < BASELINE_DAYS) return null;
  const plain = Math.sqrt(varianceOf(known) * varianceInflation(known));
  return { mean: mean(known), deviation: Math.max(MIN_DEVIATION, UPPER_BOUND * plain) };
};
