import type { RegularSeries } from '../../../metrics/series/metric-series.ts';
import { upperMedian } from '../../../shared/maths/averages.ts';
import { DAY_SECONDS, WEEK_SECONDS } from '../../../shared/time.ts';
import { fillMissing } from './missing-values.ts';

/** A history prepared for the candidates: filled, centred and scaled, with running sums. */
export interface SeriesView {
  /** Filled values in units of `scale` around `centre`; length `n`. */
  readonly y: Float64Array;
  readonly n: number;
  /** 1 for filled values; null if no value was filled. Filled values are never scored. */
  readonly missing: Uint8Array | null;
  readonly centre: number;
  readonly scale: number;
  /** `sums[i]` = y[0] + ... + y[i-1]; length n + 1. */
  readonly sums: Float64Array;
  /** Main seasonal period in steps (a day; a week if a step is half a day or more). */
  readonly period: number;
  /** Further seasonal periods in steps, longer or shorter than `period`. */
  readonly otherPeriods: readonly number[];
  readonly stepSeconds: number;
}

/** Centre (median) and scale (mean absolute deviation from it) that make the engine equivariant. */
const standardise = (filled: Float64Array): { centre: number; scale: number } => {
  const centre = upperMedian(filled);
  let total = 0;
  for (const value of filled) total += Math.abs(value - centre) / filled.length;
  return { centre, scale: total > 0 ? total : 1 };
};

/** `sums[i]` = y[0] + ... + y[i-1]. */
export const runningSums = (y: Float64Array): Float64Array => {
  const sums = new Float64Array(y.length + 1);
  for (let i = 0; i < y.length; i++) sums[i + 1] = sums[i]! + y[i]!;
  return sums;
};

/** Steps in the main calendar season: a day, or a week for steps of half a day and more. */
export const mainPeriod = (stepSeconds: number): number => {
  const day = Math.round(DAY_SECONDS / stepSeconds);
  return day >= 3 ? day : Math.max(2, Math.round(WEEK_SECONDS / stepSeconds));
};

const missingMask = (values: Float64Array): Uint8Array | null => {
  const mask = new Uint8Array(values.length);
  let isComplete = true;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    mask[i] = 1;
    isComplete = false;
  }
  return isComplete ? null : mask;
};

/** Prepares a history, the only input of the candidates. `findOthers` finds further seasons of the scaled values. */
export const viewSeries = (
  history: RegularSeries,
  period: number,
  findOthers: (y: Float64Array) => readonly number[],
): SeriesView => {
  const y = fillMissing(history.values, period);
  const { centre, scale } = standardise(y);
  for (let i = 0; i < y.length; i++) y[i] = (y[i]! - centre) / scale;
  return {
    y,
    n: y.length,
    missing: missingMask(history.values),
    centre,
    scale,
    sums: runningSums(y),
    period,
    otherPeriods: findOthers(y),
    stepSeconds: history.stepSeconds,
  };
};
