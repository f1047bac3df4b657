/** Errors of forecasts as sums: those of two days, series or models are added to give those of both. */

import { isInBand, pinballLoss, ROUNDING } from '../../forecasts/forecast-losses.ts';
import { InvalidInputError } from '../../shared/errors.ts';

/** Quantiles of one series and the values that arrived later. `quantiles[l][h]`, levels ascending. */
export interface JoinedForecast {
  readonly quantileLevels: readonly number[];
  readonly quantiles: readonly ArrayLike<number>[];
  /** The value at each step; NaN if none arrived. */
  readonly actual: Float64Array;
  /** Scale of the errors (`maseScale` of the history), positive, in the unit of the series. */
  readonly scale: number;
}

/** Sums over the scored steps of forecasts with the same quantile levels. */
export interface ErrorSums {
  readonly quantileLevels: readonly number[];
  /** Forecasts with at least one scored step. */
  readonly forecasts: number;
  readonly steps: number;
  /** |actual|, in units of the series. */
  readonly absoluteActual: number;
  /** Mean over the levels of 2 x pinball loss, in units of the series. */
  readonly quantileLoss: number;
  /** |actual - p50| / scale. */
  readonly scaledError: number;
  /** Mean over the levels of 2 x pinball loss / scale. */
  readonly scaledQuantileLoss: number;
  /** (p50 - actual) / scale. */
  readonly scaledBias: number;
  /** Sum over the forecasts, not the steps, of ln(their scaled quantile loss + 0.01). */
  readonly logLoss: number;
  /** Steps inside each central band, the widest first: p10-p90, p20-p80, … */
  readonly inBand: readonly number[];
  /**
   * Steps by the place of the actual value among the quantiles: below the first, between two, above the last. A value
   * equal to several quantiles counts in the places around them by their width (Czado, Gneiting & Held 2009).
   */
  readonly places: readonly number[];
}

/** Added to a loss before its logarithm is taken: near-perfect forecasts of idle series do not dominate. */
export const LOSS_SHIFT = 0.01;

/** Logarithm in which losses of series are averaged and compared. */
export const logOfLoss = (loss: number): number => Math.log(loss + LOSS_SHIFT);

/** Number of central bands that the levels form. */
const bandsOf = (levels: readonly number[]): number => levels.length >> 1;

interface Tally {
  steps: number;
  absoluteActual: number;
  quantileLoss: number;
  scaledError: number;
  scaledBias: number;
  readonly inBand: number[];
  readonly places: number[];
}

/** Errors of steps [from, to) of one forecast. Steps without a value are left out. */
export const errorSums = (joined: JoinedForecast, from: number, to: number): ErrorSums => {
  const { quantileLevels, scale, actual } = joined;
  const tally: Tally = {
    ...{ steps: 0, absoluteActual: 0, quantileLoss: 0, scaledError: 0, scaledBias: 0 },
    inBand: new Array<number>(bandsOf(quantileLevels)).fill(0),
    places: new Array<number>(quantileLevels.length + 1).fill(0),
  };
  for (let h = from; h < Math.min(to, actual.length); h++)
    if (Number.isFinite(actual[h]!)) countStep(tally, joined, h);
  const scaledQuantileLoss = tally.quantileLoss / scale;
  const hasSteps = tally.steps > 0;
  return {
    ...tally,
    quantileLevels,
    forecasts: hasSteps ? 1 : 0,
    scaledQuantileLoss,
    logLoss: hasSteps ? logOfLoss(scaledQuantileLoss / tally.steps) : 0,
  };
};

const countStep = (tally: Tally, { quantileLevels, quantiles, actual, scale }: JoinedForecast, h: number) => {
  const y = actual[h]!;
  const levels = quantileLevels.length;
  const middle = quantiles[levels >> 1]![h]!;
  tally.steps++;
  tally.absoluteActual += Math.abs(y);
  tally.scaledError += Math.abs(y - middle) / scale;
  tally.scaledBias += (middle - y) / scale;
  let loss = 0;
  for (let l = 0; l < levels; l++) loss += 2 * pinballLoss(y - quantiles[l]![h]!, quantileLevels[l]!);
  tally.quantileLoss += loss / levels;
  for (let band = 0; band < tally.inBand.length; band++)
    if (isInBand(y, quantiles[band]![h]!, quantiles[levels - 1 - band]![h]!, scale)) tally.inBand[band]!++;
  countPlace(tally.places, quantileLevels, (l) => differenceOf(quantiles[l]![h]! - y, scale));
};

/** Width of a place in probability. */
const widthOf = (levels: readonly number[], place: number): number =>
  (levels[place] ?? 1) - (levels[place - 1] ?? 0);

/** The difference of a quantile and a value, 0 if rounding explains it. */
const differenceOf = (difference: number, scale: number): number =>
  Math.abs(difference) <= ROUNDING * scale ? 0 : difference;

/** `difference(l)`: quantile `l` less the actual value, ascending. */
const countPlace = (places: number[], levels: readonly number[], difference: (l: number) => number): void => {
  let first = 0;
  while (first < levels.length && difference(first) < 0) first++;
  let last = first;
  while (last < levels.length && difference(last) === 0) last++;
  let width = 0;
  for (let place = first; place <= last; place++) width += widthOf(levels, place);
  for (let place = first; place <= last; place++) places[place]! += widthOf(levels, place) / width;
};

/**
 * Share of the values between the first and the last quantile, with those that equal several quantiles counted by their
 * places: 0.8 for p10 and p90 of a perfect forecast, also of an idle series, of which `inBand` counts all.
 */
export const centralShare = ({ places, steps }: ErrorSums): number =>
  places.slice(1, -1).reduce((total, count) => total + count, 0) / steps;

const addEach = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

/** Sums of both. @throws InvalidInputError if their quantile levels differ */
export const addErrors = (a: ErrorSums, b: ErrorSums): ErrorSums => {
  if (a.quantileLevels.join() !== b.quantileLevels.join())
    throw new InvalidInputError(
      `errors of forecasts with the quantile levels ${a.quantileLevels.join(', ')} and ${b.quantileLevels.join(', ')} cannot be added`,
    );
  return {
    quantileLevels: a.quantileLevels,
    forecasts: a.forecasts + b.forecasts,
    steps: a.steps + b.steps,
    absoluteActual: a.absoluteActual + b.absoluteActual,
    quantileLoss: a.quantileLoss + b.quantileLoss,
    scaledError: a.scaledError + b.scaledError,
    scaledQuantileLoss: a.scaledQuantileLoss + b.scaledQuantileLoss,
    scaledBias: a.scaledBias + b.scaledBias,
    logLoss: a.logLoss + b.logLoss,
    inBand: addEach(a.inBand, b.inBand),
    places: addEach(a.places, b.places),
  };
};
