import { median } from '../../../shared/maths/averages.ts';
import type { Deseasonalised } from '../series/deseasonalised.ts';
import type { LineFits } from '../series/line-fits.ts';

/** Points of the new level at least. */
const MIN_POINTS = 4;
/** Minimum size of a shift in standard deviations around both levels, and its minimum t-value (of white noise). */
const MIN_SIZE = 1.5;
const MIN_T_VALUE = 5;
/** Logistic weights; `docs/adr/0016-ramps-and-regime-changes.md` says how they were learned. */
const GATE = { intercept: -1.14, logSize: 1.46, drift: -4.45 } as const;
const MAX_DRIFT = 1.5;
/** Weights below this are zero. */
const MIN_WEIGHT = 0.05;

/** A shift of the level within the last day. */
export interface LevelShift {
  /** First step of the new level. */
  readonly at: number;
  readonly change: number;
  /** Probability that the new level lasts. */
  readonly probability: number;
}

interface Step {
  readonly at: number;
  readonly change: number;
  /** Absolute change over the standard deviation around both levels. */
  readonly size: number;
  readonly tValue: number;
}

/** The step at `at` between the mean of up to a day before it and the mean after it. */
const stepAt = (fits: LineFits, at: number, day: number, floor: number): Step => {
  const [from, end] = [Math.max(0, at - day), fits.y.length];
  const [before, after] = [at - from, end - at];
  const change = fits.mean(at, end) - fits.mean(from, at);
  const squares = fits.squaresAround(from, at) + fits.squaresAround(at, end);
  const size = Math.abs(change) / (Math.sqrt(squares / (before + after)) + floor);
  return { at, change, size, tValue: size * Math.sqrt((before * after) / (before + after)) };
};

/** The most significant step of the last day (maximum likelihood for one change point of the mean, Hinkley 1970). */
const lastStep = (fits: LineFits, day: number, floor: number): Step => {
  const end = fits.y.length;
  let best = stepAt(fits, end - MIN_POINTS, day, floor);
  for (let at = end - MIN_POINTS - 1; at >= end - day; at--) {
    const step = stepAt(fits, at, day, floor);
    if (step.tValue > best.tValue) best = step;
  }
  return best;
};

/** True if the new level is closer to the median of what came before: the end of an excursion, not a shift. */
const isReturn = (fits: LineFits, { at }: Step, day: number): boolean => {
  const middle = median(fits.y.subarray(0, at));
  const [old, present] = [fits.mean(Math.max(0, at - day), at), fits.mean(at, fits.y.length)];
  return Math.abs(present - middle) < Math.abs(old - middle);
};

/** How far the new level moves while it lasts, as a share of the change: by its slope, and by that of its last half. */
const driftOf = (fits: LineFits, { at, change }: Step): number => {
  const end = fits.y.length;
  const length = end - at;
  const slopes = [length, Math.max(2, length >> 1)].map((part) => Math.abs(fits.fit(end, part).slope));
  return Math.min(MAX_DRIFT, (Math.max(...slopes) * length) / Math.abs(change));
};

/**
 * Finds a shift of the level within the last day (`day` in steps), with the probability that it lasts; null if there is
 * none, or less than two days of history. Follows y -> a y + b.
 */
export const findLevelShift = ({ fits, floor }: Deseasonalised, day: number): LevelShift | null => {
  if (fits.y.length < 2 * day || day <= MIN_POINTS) return null;
  const step = lastStep(fits, day, floor);
  if (!(step.size >= MIN_SIZE && step.tValue >= MIN_T_VALUE) || isReturn(fits, step, day)) return null;
  const odds = GATE.intercept + GATE.logSize * Math.log(step.size) + GATE.drift * driftOf(fits, step);
  const probability = 1 / (1 + Math.exp(-odds));
  return probability < MIN_WEIGHT ? null : { at: step.at, change: step.change, probability };
};

/** The values as they would have been if the new level had applied from the start. */
export const atNewLevel = (y: Float64Array, { at, change }: LevelShift): Float64Array =>
  y.map((value, i) => (i < at ? value + change : value));
