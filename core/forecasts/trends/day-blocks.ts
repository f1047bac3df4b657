import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { mean, median } from '../../shared/maths/averages.ts';
import { finite } from '../../shared/maths/finite.ts';
import { DAY_SECONDS } from '../../shared/time.ts';

/** Minimum share of observed steps of a day. */
const ENOUGH = 0.5;

/** The steps of one day, counted back from the end of the series so that the last day is complete. */
export interface DayBlock {
  /** Days before the end of the series: 0 is the last day. */
  readonly age: number;
  readonly median: number;
  readonly mean: number;
  /** Mean times the steps of a day: the day's sum with its gaps filled by the day's mean. */
  readonly total: number;
}

const blockOf = (observed: Float64Array, age: number, perDay: number): DayBlock => {
  const ownMean = mean(observed);
  return { age, median: median(observed), mean: ownMean, total: finite(ownMean * perDay) };
};

/** Splits a series into whole days, oldest first, without days that have less than half of their steps. */
export const dayBlocks = ({ values, stepSeconds }: RegularSeries): DayBlock[] => {
  const perDay = Math.max(1, Math.round(DAY_SECONDS / stepSeconds));
  const blocks: DayBlock[] = [];
  for (let age = Math.floor(values.length / perDay) - 1; age >= 0; age--) {
    const to = values.length - age * perDay;
    const observed = values.subarray(to - perDay, to).filter(Number.isFinite);
    if (observed.length >= ENOUGH * perDay) blocks.push(blockOf(observed, age, perDay));
  }
  return blocks;
};
