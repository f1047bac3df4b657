import { type LineFit, type LineFits, residualSpread } from '../series/line-fits.ts';
import type { Episode } from './episode.ts';

const MAX_PERSISTENCE = 0.97;
/** Lag of the autocorrelation of the residuals: at most this, and a sixth of the episode. */
const MAX_LAG = 6;

/** Shape of the present episode: how it ends, and whether a line describes it. Free of units. */
export interface RampShape {
  /** Slopes of the last half, quarter and eighth over that of the whole. */
  readonly half: number;
  readonly quarter: number;
  readonly eighth: number;
  /** Log of the squared residuals of the best two-level step over those of the line. */
  readonly versusStep: number;
}

/** The present episode with the lines of its last half and quarter. */
export interface Ramp {
  readonly episode: Episode;
  readonly half: LineFit;
  readonly quarter: LineFit;
  /** Residuals of the episode's line, oldest first. */
  readonly residuals: Float64Array;
  /** Autocorrelation of the residuals at lag 1. */
  readonly persistence: number;
  /** Factor by which autocorrelation inflates the standard error of a slope. */
  readonly inflation: number;
}

const residualsOf = (y: Float64Array, { end, line }: Episode): Float64Array =>
  Float64Array.from(
    { length: line.length },
    (_, i) => y[end - line.length + i]! - (line.end - line.slope * (line.length - 1 - i)),
  );

/** Lag-1 autocorrelation implied by that at a longer lag, which measurement noise does not hide. */
const persistenceOf = (residuals: Float64Array): number => {
  const lag = Math.min(MAX_LAG, Math.floor(residuals.length / 6));
  let [products, squares] = [0, 0];
  for (let i = 0; i < residuals.length; i++) {
    squares += residuals[i]! * residuals[i]!;
    if (i >= lag) products += residuals[i]! * residuals[i - lag]!;
  }
  const correlation = squares > 0 ? products / squares : 0;
  return correlation > 0 ? Math.min(MAX_PERSISTENCE, correlation ** (1 / lag)) : 0;
};

export const rampOf = (fits: LineFits, episode: Episode): Ramp => {
  const { end, line } = episode;
  const residuals = residualsOf(fits.y, episode);
  const persistence = persistenceOf(residuals);
  return {
    episode,
    half: fits.fit(end, line.length >> 1),
    quarter: fits.fit(end, line.length >> 2),
    residuals,
    persistence,
    inflation: Math.sqrt((1 + persistence) / (1 - persistence)),
  };
};

/** Standard error of the slope of a line. */
export const slopeError = (line: LineFit, inflation: number): number =>
  residualSpread(line) * Math.sqrt(12 / line.length ** 3) * inflation;

const bestStep = (fits: LineFits, { end, line }: Episode): number => {
  const from = end - line.length;
  let best = Number.POSITIVE_INFINITY;
  for (let at = from + 1; at < end; at++) {
    best = Math.min(best, fits.squaresAround(from, at) + fits.squaresAround(at, end));
  }
  return best;
};

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Points of the shortest line that is fitted. */
const MIN_POINTS = 4;

export const shapeOf = (fits: LineFits, { episode, half, quarter }: Ramp): RampShape => {
  const { end, line } = episode;
  const eighth = fits.fit(end, Math.max(MIN_POINTS, line.length >> 3));
  const best = bestStep(fits, episode);
  return {
    half: clip(half.slope / line.slope, 0, 1.5),
    quarter: clip(quarter.slope / line.slope, -0.5, 1.2),
    eighth: clip(eighth.slope / line.slope, -0.3, 0.8),
    versusStep: line.squares > 0 ? Math.log(best / line.squares) : Number.POSITIVE_INFINITY,
  };
};
