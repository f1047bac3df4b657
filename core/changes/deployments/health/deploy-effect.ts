/**
 * How far a metric moved at a deployment, against how far it moves at any other moment. The move between the hour
 * before and a window after is compared with the same move at many moments of the days before, at which nothing was
 * deployed: placebos in time (Abadie, Diamond & Hainmueller 2010, section 5, use them for policies). That needs no
 * model of the series, knows its daily rhythm, and measures noise at the length of the window, autocorrelation and all.
 */

import type { RegularSeries } from '../../../metrics/series/metric-series.ts';
import { sortedQuantile, sortInPlace } from '../../../shared/maths/order-statistics.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../shared/time.ts';

/** The moment of a deployment and the part after it that is looked at; all epoch seconds. */
export interface DeployWindow {
  readonly at: number;
  /** Exclusive: points at or before it are left out. */
  readonly from: number;
  /** Inclusive. */
  readonly until: number;
}

/** What one metric did; `actual` and `expected` are in its own unit. */
export interface DeployEffect {
  readonly actual: number;
  /** Without the deployment. */
  readonly expected: number;
  /** Signed distance of the two: in the metric's unit, or its logarithm where `isLog`. */
  readonly moved: number;
  /** Usual size of such moves, on the same scale. */
  readonly spread: number;
  readonly isLog: boolean;
  /** Points after the deployment. */
  readonly points: number;
  /** Moments that it was compared with. */
  readonly placebos: number;
}

/** A median that somebody forecast for a span of time before the deployment; epoch seconds. */
export interface Foretold {
  medianBetween(
    from: number,
    until: number,
  ): { readonly median: number; readonly spread: number } | undefined;
}

const BEFORE_SECONDS = HOUR_SECONDS;
const PLACEBO_SECONDS = 1800;
const HALF_HOURS = 48;
const FEWEST_PLACEBOS = 12;
/** Share of a window's points that must be there. */
const PRESENT_SHARE = 0.5;
/** Standard deviations at the 90 % quantile of the absolute value of a normal variable, and at its median. */
const SIGMA_AT_90 = 1.6449;
const SIGMA_AT_50 = 0.6745;
/** Moves below this share of the usual level are never called large; of percentages `smallest` says it. */
const SMALLEST_SHARE = 0.03;

/** Median of what is there of a window (from exclusive, until inclusive); undefined where too little is. */
const windowMedian = (
  { start, stepSeconds, values }: RegularSeries,
  from: number,
  until: number,
): { readonly median: number; readonly points: number } | undefined => {
  const first = Math.floor((from - start) / stepSeconds) + 1;
  const last = Math.floor((until - start) / stepSeconds);
  const wanted = last - first + 1;
  if (wanted < 1 || last < 0 || first >= values.length) return undefined;
  const there = new Float64Array(wanted);
  let points = 0;
  for (let i = Math.max(0, first); i <= Math.min(last, values.length - 1); i++) {
    if (!Number.isNaN(values[i]!)) there[points++] = values[i]!;
  }
  if (points < Math.max(1, wanted * PRESENT_SHARE)) return undefined;
  sortInPlace(there, points);
  return { median: sortedQuantile(there, 0.5, points), points };
};

interface Move {
  /** Half hour of the day, counted from the deployment's own. */
  readonly slot: number;
  readonly size: number;
}

const moveAt = (series: RegularSeries, { from, until }: DeployWindow, at: number): number | undefined => {
  const before = windowMedian(series, at - BEFORE_SECONDS, at);
  const after = windowMedian(series, at + from, at + until);
  return before === undefined || after === undefined ? undefined : after.median - before.median;
};

/** Moves at every half hour before the deployment whose windows end before it. */
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

/** The usual move of each half hour of the day: median over the days, with the half hours beside it. */
const usualMoves = (moves: readonly Move[]): Float64Array => {
  const bySlot: number[][] = Array.from({ length: HALF_HOURS }, () => []);
  for (const { slot, size } of moves) {
    for (const near of [slot - 1, slot, slot + 1]) bySlot[(near + HALF_HOURS) % HALF_HOURS]!.push(size);
  }
  return Float64Array.from(bySlot, (sizes) =>
    sizes.length < 3 ? 0 : sortedQuantile(Float64Array.from(sizes).sort(), 0.5),
  );
};

/** Spread of moves around the usual ones: the larger of its middle and its outer part, so that heavy tails count. */
const spreadOf = (moves: readonly Move[], usual: Float64Array, days: number): number => {
  const sizes = Float64Array.from(moves, ({ slot, size }) => Math.abs(size - usual[slot]!)).sort();
  const spread = Math.max(sortedQuantile(sizes, 0.5) / SIGMA_AT_50, sortedQuantile(sizes, 0.9) / SIGMA_AT_90);
  // The usual move itself is known from so many days only.
  return spread * Math.sqrt(1 + 1 / Math.max(1, days));
};

/** Logarithms where all is positive and no scale bounds it: such metrics vary in proportion to their level. */
const scaled = (series: RegularSeries, isLog: boolean): RegularSeries =>
  isLog ? { ...series, values: series.values.map(Math.log) } : series;

interface Expectation {
  readonly expected: number;
  readonly spread: number;
}

/** A forecast, brought to the scale of the moves. */
const byForecast = (
  foretold: Foretold | undefined,
  { from, until }: DeployWindow,
  isLog: boolean,
): Expectation | undefined => {
  const found = foretold?.medianBetween(from, until);
  if (found === undefined || (isLog && found.median <= 0)) return undefined;
  return isLog
    ? { expected: Math.log(found.median), spread: found.spread / found.median }
    : { expected: found.median, spread: found.spread };
};

/** What is worth naming of a metric. */
export interface DeployScale {
  /** Least change worth naming, in the metric's unit. */
  readonly smallest: number;
  /** Percentages and ratios: moves are differences; others are compared by proportion where they can. */
  readonly isBounded: boolean;
}

/**
 * Effect of a deployment on one metric. Undefined where nothing was measured after the deployment, or too little before
 * it to tell the usual from the unusual. A forecast published before it outweighs the days before.
 */
export const deployEffect = (
  series: RegularSeries,
  window: DeployWindow,
  { smallest, isBounded }: DeployScale,
  foretold?: Foretold,
): DeployEffect | undefined => {
  const isLog = !isBounded && !series.values.some((value) => value <= 0);
  const on = scaled(series, isLog);
  const before = windowMedian(on, window.at - BEFORE_SECONDS, window.at);
  const after = windowMedian(on, window.from, window.until);
  const moves = placeboMoves(on, window);
  if (before === undefined || after === undefined || moves.length < FEWEST_PLACEBOS) return undefined;
  const usual = usualMoves(moves);
  const placebo = spreadOf(moves, usual, (window.at - series.start) / DAY_SECONDS);
  const forecast = byForecast(foretold, window, isLog);
  const expected = forecast?.expected ?? before.median + usual[0]!;
  const level = Math.max(Math.abs(expected), Math.abs(before.median));
  const share = isLog ? SMALLEST_SHARE : isBounded ? 0 : SMALLEST_SHARE * level;
  const unit = isLog ? Math.exp : (value: number) => value;
  return {
    actual: unit(after.median),
    expected: unit(expected),
    moved: after.median - expected,
    // A metric that is always zero has no scale of its own: any move is then far out.
    spread: Math.max(placebo, forecast?.spread ?? 0, smallest, share, Number.MIN_VALUE),
    isLog,
    points: after.points,
    placebos: moves.length,
  };
};
