/** What a series would have done without the action. All values are on the scale of harm. */
import { median } from '../../shared/maths/averages.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { type HarmPath, type HarmPoint, harmPath, harmPoints } from './harm-scale.ts';
import { medianAt, spreadAt, stepAt } from './path-quantiles.ts';
import { theilSenSlope } from './theil-sen-slope.ts';
import type { VerificationInputs, VerifiedTarget } from './verification-inputs.ts';

/** Fresh points per target below which nothing is concluded. */
export const MIN_POINTS = 4;
/** Points in trouble before the action below which it has nothing to be compared with. */
const MIN_BEFORE = 3;
/** Standard deviations by which a series may leave its forecast before the action. */
const MAX_DRIFT = 3;
/** Points before the action that are looked at. */
const BEFORE_SECONDS = 3 * HOUR_SECONDS;
const FRESH_STEPS = 3;
const MIN_FRESH_SECONDS = 600;
/** Noise is at least this share of the value: reported values are rounded. */
const MIN_NOISE_SHARE = 0.01;
const MIN_NOISE = 1e-9;
/** Standard deviations in a median absolute deviation of a normal distribution. */
const MAD_SCALE = 1.4826;

/** A point after the action beside what was expected of it. */
export interface Compared {
  readonly at: number;
  readonly harm: number;
  readonly expected: number;
  readonly noise: number;
}

/** A series with enough fresh points, and an expectation that was formed before the action. */
export interface Comparison {
  readonly basis: 'forecast' | 'before';
  readonly path: HarmPath | null;
  /** From the end of settling until now, in the order of time. */
  readonly after: readonly Compared[];
  readonly before: readonly HarmPoint[];
  /** How much the series already differed from the expectation: its drift before the action, carried on. */
  readonly drift: number;
}

/** Newest point that may count as fresh is this old. */
export const freshSeconds = ({ stepSeconds }: VerificationInputs): number =>
  Math.max(FRESH_STEPS * stepSeconds, MIN_FRESH_SECONDS);

export const settledAt = ({ doneAt, settleSeconds }: VerificationInputs): number => doneAt + settleSeconds;

const noiseOf = (spread: number, expected: number): number =>
  Math.max(spread, MIN_NOISE_SHARE * Math.abs(expected), MIN_NOISE);

const againstForecast = (path: HarmPath, points: readonly HarmPoint[]): readonly Compared[] =>
  points.flatMap(({ at, harm }) => {
    const step = stepAt(path, at);
    if (step === undefined) return [];
    const expected = medianAt(path, step);
    return [{ at, harm, expected, noise: noiseOf(spreadAt(path, step), expected) }];
  });

const excess = (points: readonly Compared[]): readonly number[] =>
  points.map(({ harm, expected }) => harm - expected);

const byForecast = (
  path: HarmPath,
  before: readonly HarmPoint[],
  after: readonly HarmPoint[],
): Comparison => {
  const earlier = excess(againstForecast(path, before));
  return {
    ...{ basis: 'forecast', path, before },
    after: againstForecast(path, after),
    drift: earlier.length < MIN_BEFORE ? 0 : median(earlier),
  };
};

/** Median absolute deviation as a standard deviation; 0 of no values. */
const spreadOf = (points: readonly HarmPoint[]): number => {
  if (points.length === 0) return 0;
  const middle = median(points.map(({ harm }) => harm));
  return MAD_SCALE * median(points.map(({ harm }) => Math.abs(harm - middle)));
};

const byBefore = (
  before: readonly HarmPoint[],
  calm: readonly HarmPoint[],
  after: readonly HarmPoint[],
): Comparison => {
  const expected = median(before.map(({ harm }) => harm));
  const noise = noiseOf(Math.max(spreadOf(before), spreadOf(calm)), expected);
  const middle = (points: readonly HarmPoint[]) => median(points.map(({ at }) => at));
  // A trend is carried on for as long as it was seen, not longer.
  const seen = before.at(-1)!.at - before[0]!.at;
  const ahead = Math.min(middle(after) - middle(before), seen);
  return {
    ...{ basis: 'before', path: null, before },
    after: after.map((point) => ({ ...point, expected, noise })),
    drift: theilSenSlope(before) * ahead,
  };
};

interface Stretches {
  /** Before the trouble began. */
  readonly calm: readonly HarmPoint[];
  /** From then on until the action. */
  readonly before: readonly HarmPoint[];
  readonly after: readonly HarmPoint[];
}

const stretchesOf = ({ points }: VerifiedTarget, inputs: VerificationInputs): Stretches => {
  const { now, beganAt, troubleSince, harm } = inputs;
  const known = harmPoints(points, harm).filter(({ at }) => at <= now && at >= beganAt - BEFORE_SECONDS);
  return {
    calm: known.filter(({ at }) => at < Math.min(beganAt, troubleSince)),
    before: known.filter(({ at }) => at < beganAt && at >= troubleSince),
    after: known.filter(({ at }) => at >= settledAt(inputs)),
  };
};

/** Forecast that was issued before the action began: a later one says nothing about what would have been without it. */
const earlierForecast = (
  { forecast }: VerifiedTarget,
  { beganAt, harm }: VerificationInputs,
): HarmPath | undefined =>
  forecast === null || forecast.issuedAt > beganAt ? undefined : harmPath(forecast, harm);

/**
 * True if a target is compared with its forecast: it has one from before the action, and followed it until then. A
 * forecast that did not foresee the trouble says what would have been without the trouble, not without the action.
 */
export const followedForecast = (target: VerifiedTarget, inputs: VerificationInputs): boolean => {
  const path = earlierForecast(target, inputs);
  if (path === undefined) return false;
  const { before } = stretchesOf(target, inputs);
  const deviations = againstForecast(path, before).map(
    ({ harm, expected, noise }) => (harm - expected) / noise,
  );
  return deviations.length < MIN_BEFORE || Math.abs(median(deviations)) <= MAX_DRIFT;
};

/**
 * Compares a series with the quantiles that were forecast before the action began or, without `useForecast`, with its own
 * values in the trouble before the action. Undefined if points are missing, the newest is old, or there is nothing to
 * compare with.
 */
export const compare = (
  target: VerifiedTarget,
  inputs: VerificationInputs,
  useForecast: boolean,
): Comparison | undefined => {
  const { calm, before, after } = stretchesOf(target, inputs);
  const isFresh = (list: readonly { readonly at: number }[], at: number, least: number) =>
    list.length >= least && at - list.at(-1)!.at <= freshSeconds(inputs);
  if (!isFresh(after, inputs.now, MIN_POINTS)) return undefined;
  if (!useForecast)
    return isFresh(before, inputs.beganAt, MIN_BEFORE) ? byBefore(before, calm, after) : undefined;
  const path = earlierForecast(target, inputs);
  const comparison = path === undefined ? undefined : byForecast(path, before, after);
  return comparison !== undefined && isFresh(comparison.after, inputs.now, MIN_POINTS)
    ? comparison
    : undefined;
};
