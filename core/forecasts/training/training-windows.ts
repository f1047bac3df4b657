import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { SHORT_HISTORY_POINTS } from '../engine/short-history.ts';

/** A short history as if a server were new, with what followed. */
export interface TrainingWindow {
  readonly history: RegularSeries;
  /** Values after the history; its length is the horizon. */
  readonly actual: Float64Array;
  /** Steps ahead, from 1, that become rows. */
  readonly leads: readonly number[];
  /** Typical error of the naive forecast of the whole series: the unit of its losses. */
  readonly scale: number;
}

/** How windows are cut from a series. */
export interface WindowPlan {
  readonly windows: number;
  readonly leadsPerWindow: number;
  readonly horizonSeconds: number;
}

/** Histories at which the trees have faded out are no longer cut. */
const LONGEST_SECONDS = 3 * DAY_SECONDS;
const MIN_OBSERVED_SHARE = 0.5;

/** Mean absolute change from one day to the next, or from step to step if the series is too short. */
const typicalError = ({ values, stepSeconds }: RegularSeries): number => {
  const day = Math.round(DAY_SECONDS / stepSeconds);
  const lag = values.length > 2 * day ? day : 1;
  let [total, count] = [0, 0];
  for (let i = lag; i < values.length; i++) {
    const change = Math.abs(values[i]! - values[i - lag]!);
    if (!Number.isFinite(change)) continue;
    total += change;
    count++;
  }
  return count === 0 ? 0 : total / count;
};

/** Half of the lengths are drawn evenly on the log scale, so that the first hours are not rare. */
const drawLength = (longest: number, random: () => number): number => {
  const share = random();
  const length =
    random() < 0.5
      ? SHORT_HISTORY_POINTS * (longest / SHORT_HISTORY_POINTS) ** share
      : SHORT_HISTORY_POINTS + share * (longest - SHORT_HISTORY_POINTS);
  return Math.round(length);
};

/** One lead of each part of the horizon. */
const drawLeads = (horizon: number, count: number, random: () => number): number[] => [
  ...new Set(
    Array.from({ length: count }, (_, part) => 1 + Math.floor((horizon * (part + random())) / count)),
  ),
];

const observedShare = (values: Float64Array): number => values.filter(Number.isFinite).length / values.length;

/** Cuts windows of random length at random places. Fewer than planned if the series is short or has gaps. */
export const drawWindows = (
  series: RegularSeries,
  { windows, leadsPerWindow, horizonSeconds }: WindowPlan,
  random: () => number,
): TrainingWindow[] => {
  const { start, stepSeconds, values } = series;
  const horizon = Math.max(1, Math.floor(horizonSeconds / stepSeconds));
  const longest = Math.min(Math.floor(LONGEST_SECONDS / stepSeconds), values.length - horizon - 1);
  if (longest < SHORT_HISTORY_POINTS) return [];
  const scale = typicalError(series);
  return Array.from({ length: windows }, () => {
    const length = drawLength(longest, random);
    const origin = length + Math.floor(random() * (values.length - horizon - length));
    const history = {
      start: start + (origin - length) * stepSeconds,
      stepSeconds,
      values: values.slice(origin - length, origin),
    };
    const leads = drawLeads(horizon, leadsPerWindow, random);
    return { history, actual: values.slice(origin, origin + horizon), leads, scale };
  }).filter(({ history }) => observedShare(history.values) >= MIN_OBSERVED_SHARE);
};
