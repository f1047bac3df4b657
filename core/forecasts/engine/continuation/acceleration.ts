import type { LineFit, LineFits } from '../series/line-fits.ts';
import type { Ramp } from './ramp.ts';

/** Windows in which accelerated growth is looked for, as multiples of the episode. */
const WINDOWS = [1, 1.5, 2, 3, 4, 6];
/** Minimum log-likelihood ratio against a line with a beginning, and the excess at which acceleration is likely (1 - 1/e). */
const EVIDENCE = { min: 1, scale: 2 } as const;
/** The parabola may have declined at the start of its window by this share of its mean slope. */
const MAX_DECLINE = 0.3;
/** Points of a line, and of the level before it, at least; and the beginnings that are tried, at most. */
const MIN_PART = 4;
const MAX_BEGINNINGS = 100;

/** A parabola that explains the growth better than a line that began at some point. */
export interface Acceleration {
  /** Probability of accelerated growth. */
  readonly weight: number;
  /** Slope of the parabola at the end. */
  readonly slope: number;
  /** Change of the slope per step. */
  readonly perStep: number;
  /** Points of its window. */
  readonly length: number;
}

interface Parabola {
  /** Coefficient of t^2. */
  readonly square: number;
  readonly squares: number;
}

/** Adds the orthogonal quadratic polynomial to a line (Forsythe 1957). */
const parabolaOver = (fits: LineFits, end: number, line: LineFit): Parabola => {
  const { length } = line;
  const [middle, mean] = [(length - 1) / 2, (length * length - 1) / 12];
  let products = 0;
  for (let i = 0; i < length; i++) products += fits.y[end - length + i]! * ((i - middle) ** 2 - mean);
  const norm = (length * (length * length - 1) * (length * length - 4)) / 180;
  const square = products / norm;
  return { square, squares: Math.max(1e-9 * line.squares, line.squares - square * products) };
};

/** Squared residuals of the best line that began within the window, after a constant level. */
const bestBeginning = (fits: LineFits, end: number, line: LineFit): number => {
  const stride = Math.ceil(line.length / MAX_BEGINNINGS);
  let best = line.squares;
  for (let length = MIN_PART; length <= line.length - MIN_PART; length += stride) {
    const before = fits.squaresAround(end - line.length, end - length);
    best = Math.min(best, before + fits.fit(end, length).squares);
  }
  return best;
};

/**
 * Accelerated growth, if a parabola explains the last points better than any line that began at some point (likelihood
 * ratio of Gaussian errors, discounted by their autocorrelation); else null. A line alone underestimates such growth,
 * and a steep line that has only begun looks like it.
 */
export const accelerationOf = (fits: LineFits, { episode, inflation }: Ramp): Acceleration | null => {
  const { end, line } = episode;
  const sign = Math.sign(line.slope);
  let best: Acceleration | null = null;
  let most: number = EVIDENCE.min;
  for (const multiple of WINDOWS) {
    const length = Math.floor(line.length * multiple);
    if (length > end) break;
    const whole = fits.fit(end, length);
    const { square, squares } = parabolaOver(fits, end, whole);
    const evidence = (length / (2 * inflation ** 2)) * Math.log(bestBeginning(fits, end, whole) / squares);
    const change = square * (length - 1);
    const begins = sign * (whole.slope - change);
    if (sign * square <= 0 || begins <= -MAX_DECLINE * Math.abs(whole.slope) || !(evidence > most)) continue;
    most = evidence;
    best = {
      weight: 1 - Math.exp(-(evidence - EVIDENCE.min) / EVIDENCE.scale),
      slope: whole.slope + change,
      perStep: 2 * square,
      length,
    };
  }
  return best;
};
