/**
 * Measures how far a metric moved at a deployment compared with how far it usually moves. The move from the hour before
 * to a window after the deployment is compared with the same move at many moments of the previous days without a
 * deployment: placebos in time (Abadie, Diamond & Hainmueller 2010, section 5, use them for policies). This needs no
 * model of the series, respects its daily rhythm, and measures noise, including autocorrelation, at the window's length.
 */

import type { RegularSeries } from '../../../metrics/series/metric-series.ts';
import { sortedQuantile, sortInPlace } from '../../../shared/maths/order-statistics.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../shared/time.ts';

/** The moment of a deployment and the window after it; all in epoch seconds. */
export interface DeployWindow {
  readonly at: number;
  /** Exclusive: points at or before it are not used. */
  readonly from: number;
  /** Inclusive. */
  readonly until: number;
}

/** The effect of a deployment on one metric. `actual` and `expected` are in the metric's unit. */
export interface DeployEffect {
  readonly actual: number;
  /** Without the deployment. */
  readonly expected: number;
  /** `actual` minus `expected`, in the metric's unit, or in its logarithm if `isLog`. */
  readonly moved: number;
  /** Usual size of such moves, on the same scale. */
  readonly spread: number;
  readonly isLog: boolean;
  /** Points after the deployment. */
  readonly points: number;
  /** Number of earlier moments used for comparison. */
  readonly placebos: number;
}

/** The median of a forecast that was made before the deployment. Times are epoch seconds. */
export interface EarlierForecast {
  medianBetween(
    from: number,
    until: number,
  ): { readonly median: number; readonly spread: number } | undefined;
}

const BEFORE_SECONDS = HOUR_SECONDS;
const PLACEBO_SECONDS = 1800;
const HALF_HOURS = 48;
const MIN_PLACEBOS = 12;
/** Share of a window's points that must be present. */
const MIN_PRESENT_SHARE = 0.5;
/** Standard deviations at the 90 % quantile of the absolute value of a normal variable, and at its median. */
const SIGMA_AT_90 = 1.6449;
const SIGMA_AT_50 = 0.6745;
/** Ignore moves smaller than this fraction of the usual level (for percentages, see `smallest`). */
const MIN_SHARE = 0.03;

/** Median of the points in a window (from exclusive, until inclusive); undefined if too few are present. */
const windowMedian = (
  { start, stepSeconds, values }: RegularSeries,
  from: number,
  until: number,
): { readonly median: number; readonly points: number } | undefined => {
  const first = Math.floor((from - start) / stepSeconds) + 1;
  const last = Math.floor((until - start) / stepSeconds);
  const wanted = last - first + 1;
  if (wanted < 1 || last < 0 || first >= values.length) return undefined;
  const present = new Float64Array(wanted);
  let points = 0;
  for (let i = Math.max(0, first); i <= Math.min(last, values.length - 1); i++) {
    if (!Number.isNaN(values[i]!)) present[points++] = values[i]!;
  }
  if (points < Math.max(1, wanted * MIN_PRESENT_SHARE)) return undefined;
  sortInPlace(present, points);
  return { median: sortedQuantile(present, 0.5, points), points };
};

interface Move {
  /** Half hour of the day, counted from that of the deployment. */
  readonly slot: number;
  readonly size: number;
}

const moveAt = (series: RegularSeries, { from, until }: DeployWindow, at: number): number | undefined => {
  const before = windowMedian(series, at - BEFORE_SECONDS, at);
  const after = windowMedian(series, at + from, at + until);
  return before === undefined || after === undefined ? undefined : after.median - before.median;
};

/** Moves at every half hour before the deployment whose windows end before the deployment. */
const placeboMoves = (series: RegularSeries, window: DeployWindow): Move[] => {
  const relative = { at: 0, from: window.from - window.at, until: window.until - window.at };
  const moves: Move[] = [];
  const firstAgo = Math.ceil(relative.until / PLACEBO_SECONDS);
  const lastAgo = Math.floor((window.at - series.start) / PLACEBO_SECONDS);
  for (let ago = Math.max(1, firstAgo); ago <= lastAgo; ago++) {
    const size = moveAt(series, relative, window.at - ago * PLACEBO_SECONDS);
    if (size !== undefined) moves.push({ slot: (HALF_HOURS - (ago % HALF_HOURS)) % HALF_HOURS, size });
  }
  return moves;
};

/** The usual move of each half hour of the day: the median over the days, including the neighbouring half hours. */
const usualMoves = (moves: readonly Move[]): Float64Array => {
  const bySlot: number[][] = Array.from({ length: HALF_HOURS }, () => []);
  for (const { slot, size } of moves) {
    for (const near of [slot - 1, slot, slot + 1]) bySlot[(near + HALF_HOURS) % HALF_HOURS]!.push(size);
  }
  return Float64Array.from(bySlot, (sizes) =>
    sizes.length < 3 ? 0 : sortedQuantile(Float64Array.from(sizes).sort(), 0.5),
  );
};

/** Spread of moves around the usual ones: the larger of a middle and an outer estimate, so that heavy tails count. */
const spreadOf = (moves: readonly Move[], usual: Float64Array, days: number): number => {
  const sizes = Float64Array.from(moves, ({ slot, size }) => Math.abs(size - usual[slot]!)).sort();
  const spread = Math.max(sortedQuantile(sizes, 0.5) / SIGMA_AT_50, sortedQuantile(sizes, 0.9) / SIGMA_AT_90);
  // Add the uncertainty of the usual move, which is estimated from this many days.
  return spread * Math.sqrt(1 + 1 / Math.max(1, days));
};

/** Takes logarithms of positive, unbounded metrics: they vary in proportion to their level. */
const scaled = (series: RegularSeries, isLog: boolean): RegularSeries =>
  isLog ? { ...series, values: series.values.map(Math.log) } : series;

interface Expectation {
  readonly expected: number;
  readonly spread: number;
}

/** The forecast's expectation on the scale of the moves. */
const expectationOf = (
  forecast: EarlierForecast | undefined,
  { from, until }: DeployWindow,
  isLog: boolean,
): Expectation | undefined => {
  const found = forecast?.medianBetween(from, until);
  if (found === undefined || (isLog && found.median <= 0)) return undefined;
  return isLog
    ? { expected: Math.log(found.median), spread: found.spread / found.median }
    : { expected: found.median, spread: found.spread };
};

/** The scale on which moves of a metric matter. */
export interface DeployScale {
  /** Smallest change worth reporting, in the metric's unit. */
  readonly smallest: number;
  /** True for percentages and ratios, whose moves are differences. Other metrics are compared by proportion if possible. */
  readonly isBounded: boolean;
}

/**
 * Effect of a deployment on one metric. Undefined if there are no points after the deployment, or too few before it to
 * know the usual moves. A forecast published before the deployment takes precedence over the previous days.
 */
export const deployEffect = (
  series: RegularSeries,
  window: DeployWindow,
  { smallest, isBounded }: DeployScale,
  earlierForecast?: EarlierForecast,
): DeployEffect | undefined => {
  const isLog = !isBounded && !series.values.some((value) => value <= 0);
  const on = scaled(series, isLog);
  const before = windowMedian(on, window.at - BEFORE_SECONDS, window.at);
  const after = windowMedian(on, window.from, window.until);
  const moves = placeboMoves(on, window);
  if (before === undefined || after === undefined || moves.length < MIN_PLACEBOS) return undefined;
  const usual = usualMoves(moves);
  const placebo = spreadOf(moves, usual, (window.at - series.start) / DAY_SECONDS);
  const forecast = expectationOf(earlierForecast, window, isLog);
  const expected = forecast?.expected ?? before.median + usual[0]!;
  const level = Math.max(Math.abs(expected), Math.abs(before.median));
  const share = isLog ? MIN_SHARE : isBounded ? 0 : MIN_SHARE * level;
  const unit = isLog ? Math.exp : (value: number) => value;
  return {
    actual: unit(after.median),
    expected: unit(expected),
    moved: after.median - expected,
    // A metric that was always zero has no scale, so any move is far out.
    spread: Math.max(placebo, forecast?.spread ?? 0, smallest, share, Number.MIN_VALUE),
    isLog,
    points: after.points,
    placebos: moves.length,
  };
};
