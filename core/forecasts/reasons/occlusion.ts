/** Histories without one kind of evidence. All keep their length, their grid and their gaps. */
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { median } from '../../shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';

export type Direction = ResolvedThreshold['direction'];

const RECENT_SECONDS = 12 * HOUR_SECONDS;

/** Steps of a day; 0 if the grid does not divide it. */
export const stepsPerDay = ({ stepSeconds }: RegularSeries): number =>
  DAY_SECONDS % stepSeconds === 0 ? DAY_SECONDS / stepSeconds : 0;

/** The value, or `limit` if the value lies beyond it. */
const capped = (value: number, limit: number, direction: Direction): number =>
  direction === 'above' ? Math.min(value, limit) : Math.max(value, limit);

const changed = (history: RegularSeries, change: (values: Float64Array) => void): RegularSeries => {
  const values = history.values.slice();
  change(values);
  return { ...history, values };
};

/** Without a climb of `perHour` since `since` (epoch seconds): its line is taken off. */
export const withoutClimb = (
  history: RegularSeries,
  { since, perHour }: { readonly since: number; readonly perHour: number },
): RegularSeries =>
  changed(history, (values) => {
    const { start, stepSeconds } = history;
    const perStep = (perHour * stepSeconds) / HOUR_SECONDS;
    const first = Math.max(0, Math.round((since - start) / stepSeconds));
    for (let i = first; i < values.length; i++) values[i]! -= perStep * (i - first);
  });

const finite = (values: readonly number[]): number[] => values.filter(Number.isFinite);

/** The usual value at step `i`: the median at its time of day on earlier days; NaN if there was none. */
const usualAt = (values: Float64Array, i: number, day: number): number => {
  const before: number[] = [];
  for (let k = i - day; k >= 0; k -= day) before.push(values[k]!);
  const known = finite(before);
  return known.length === 0 ? Number.NaN : median(known);
};

/** What of the last twelve hours lies further towards the threshold than usual at its time of day is set to the usual. */
export const withoutRecentLevel = (history: RegularSeries, direction: Direction): RegularSeries =>
  changed(history, (values) => {
    const day = stepsPerDay(history);
    const first = Math.max(day, values.length - Math.round(RECENT_SECONDS / history.stepSeconds));
    for (let i = first; i < values.length; i++) {
      const usual = usualAt(history.values, i, day);
      if (Number.isFinite(usual)) values[i] = capped(values[i]!, usual, direction);
    }
  });

/** The steps `days` days before the next `horizon` steps, as a range of indexes; null if they are not all in the history. */
export const sameTimeBefore = (
  history: RegularSeries,
  horizon: number,
  days: number,
): { readonly from: number; readonly to: number } | null => {
  const day = stepsPerDay(history);
  const from = history.values.length - days * day;
  const to = Math.min(from + Math.min(horizon, day), history.values.length);
  return day === 0 || from < 0 ? null : { from, to };
};

/** The median of a day around a range, without the range itself. */
const restOfDay = (values: Float64Array, from: number, to: number, day: number): number => {
  const start = Math.max(0, to - day);
  const rest = finite([...values.subarray(start, from), ...values.subarray(to, start + day)]);
  return rest.length === 0 ? Number.NaN : median(rest);
};

/** On the given days before, the hours that the forecast covers go no further than the rest of their day. */
export const withoutSameTime = (
  history: RegularSeries,
  horizon: number,
  days: readonly number[],
  direction: Direction,
): RegularSeries =>
  changed(history, (values) => {
    for (const each of days) {
      const range = sameTimeBefore(history, horizon, each);
      if (range === null) continue;
      const rest = restOfDay(history.values, range.from, range.to, stepsPerDay(history));
      if (!Number.isFinite(rest)) continue;
      for (let i = range.from; i < range.to; i++) values[i] = capped(values[i]!, rest, direction);
    }
  });
