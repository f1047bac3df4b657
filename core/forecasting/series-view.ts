import type { RegularSeries } from '../series/metric-series.ts';
import { fillMissing } from './missing-values.ts';

/** A history prepared for the candidates: filled, centred and scaled, with running sums. */
export interface SeriesView {
  /** Filled values in units of `scale` around `centre`; length `n`. */
  readonly y: Float64Array;
  readonly n: number;
  readonly centre: number;
  readonly scale: number;
  /** `sums[i]` = y[0] + ... + y[i-1]; length n + 1. */
  readonly sums: Float64Array;
  /** Main seasonal period in steps (a day; a week where a step is half a day or more). */
  readonly period: number;
  /** Further seasonal periods in steps, longer or shorter than `period`. */
  readonly otherPeriods: readonly number[];
  readonly stepSeconds: number;
}

/** Centre (median) and scale (mean absolute deviation from it) that make the engine equivariant. */
const standardise = (filled: Float64Array): { centre: number; scale: number } => {
  const sorted = Float64Array.from(filled).sort();
  const centre = sorted[sorted.length >> 1] ?? 0;
  let total = 0;
  for (const value of filled) total += Math.abs(value - centre) / filled.length;
  return { centre, scale: total > 0 && Number.isFinite(total) ? total : 1 };
};

const runningSums = (y: Float64Array): Float64Array => {
  const sums = new Float64Array(y.length + 1);
  for (let i = 0; i < y.length; i++) sums[i + 1] = sums[i]! + y[i]!;
  return sums;
};

/** Steps in the main calendar season: a day, or a week for steps of half a day and more. */
export const mainPeriod = (stepSeconds: number): number => {
  const day = Math.round(86_400 / stepSeconds);
  return day >= 3 ? day : Math.max(2, Math.round(604_800 / stepSeconds));
};

/** Prepares a history; the candidates see nothing else. */
export const viewSeries = (
  history: RegularSeries,
  period: number,
  otherPeriods: readonly number[],
): SeriesView => {
  const filled = fillMissing(history.values, period);
  const { centre, scale } = standardise(filled);
  const y = filled;
  for (let i = 0; i < y.length; i++) y[i] = (y[i]! - centre) / scale;
  return {
    y,
    n: y.length,
    centre,
    scale,
    sums: runningSums(y),
    period,
    otherPeriods,
    stepSeconds: history.stepSeconds,
  };
};
