import { mean } from '../../../shared/maths/averages.ts';
import { WEEK_SECONDS } from '../../../shared/time.ts';
import { autocovariance } from './autoregression.ts';

/** Number of points of the first, coarse search. */
const COARSE_POINTS = 512;
/** Minimum peak autocorrelation of a candidate period; the backtest decides whether it helps. */
const WORTHWHILE = 0.35;
/** Minimum number of seasons in the history. */
const MIN_SEASONS = 3;
/** Shorter coarse lags are covered by the autoregressions. */
const MIN_LAG = 4;
/** Periods this close to a calendar period (or to a fraction or multiple of it) count as explained by it. */
const SAME_SHARE = 0.03;

/** Block means: the coarse series. */
const coarsen = (y: Float64Array, block: number): Float64Array =>
  Float64Array.from({ length: Math.floor(y.length / block) }, (_, i) => {
    let total = 0;
    for (let k = i * block; k < (i + 1) * block; k++) total += y[k]!;
    return total / block;
  });

/** Subtracts the mean of each phase of a season, so that the remainder shows other periods. */
const removeSeason = (y: Float64Array, period: number): Float64Array => {
  if (y.length < 2 * period) {
    const level = mean(y);
    return y.map((value) => value - level);
  }
  const rest = new Float64Array(y.length);
  for (let phase = 0; phase < period; phase++) {
    let [total, count] = [0, 0];
    for (let i = phase; i < y.length; i += period) {
      total += y[i]!;
      count++;
    }
    for (let i = phase; i < y.length; i += period) rest[i] = y[i]! - total / count;
  }
  return rest;
};

/** Lag of the highest local maximum of the autocorrelation within [from, to], or null if it is below the threshold. */
const highestPeak = (y: Float64Array, from: number, to: number): number | null => {
  const covariance = autocovariance(y, 0, y.length, to + 1);
  let best: number | null = null;
  for (let lag = from; lag <= to; lag++) {
    const here = covariance[lag]!;
    const isPeak = here > covariance[lag - 1]! && here >= covariance[lag + 1]!;
    // The biased estimate shrinks with the lag; the unbiased one is comparable across lags.
    const correlation = (here / covariance[0]!) * (y.length / (y.length - lag));
    if (isPeak && correlation >= WORTHWHILE && (best === null || here > covariance[best]!)) best = lag;
  }
  return best;
};

const refine = (y: Float64Array, coarse: number, block: number): number => {
  let [best, most] = [coarse * block, Number.NEGATIVE_INFINITY];
  for (let lag = Math.max(2, (coarse - 1) * block); lag <= (coarse + 1) * block; lag++) {
    let total = 0;
    for (let i = lag; i < y.length; i++) total += y[i]! * y[i - lag]!;
    if (total / (y.length - lag) > most) [best, most] = [lag, total / (y.length - lag)];
  }
  return best;
};

const isKin = (period: number, calendar: number): boolean => {
  const ratio = period > calendar ? period / calendar : calendar / period;
  return Math.abs(ratio - Math.round(ratio)) < SAME_SHARE * ratio;
};

/**
 * Finds a period that the calendar does not explain: the highest peak of the autocorrelation without the main season
 * (after Vlachos et al. 2005, AUTOPERIOD), searched on block means and refined on the series.
 */
export const detectPeriod = (y: Float64Array, mainPeriod: number): number | null => {
  const block = Math.max(1, Math.ceil(y.length / COARSE_POINTS));
  const rest = removeSeason(y, mainPeriod);
  const coarse = coarsen(rest, block);
  const lag = highestPeak(coarse, MIN_LAG, Math.floor(coarse.length / MIN_SEASONS));
  if (lag === null) return null;
  const period = refine(rest, lag, block);
  return isKin(period, mainPeriod) ? null : period;
};

/** Additional seasons to try: the week, if the day is the main season, and a detected one. */
export const otherPeriods = (y: Float64Array, stepSeconds: number, mainPeriod: number): number[] => {
  const week = Math.round(WEEK_SECONDS / stepSeconds);
  const periods = week > mainPeriod && y.length >= 2 * week ? [week] : [];
  const detected = detectPeriod(y, mainPeriod);
  return detected === null || isKin(detected, week) ? periods : [...periods, detected];
};
