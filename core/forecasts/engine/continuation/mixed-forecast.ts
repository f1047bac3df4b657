import { MIXED_LEVELS, mixQuantiles } from '../quantiles/mixture.ts';
import { type Continuation, continuationQuantiles, continueRamp } from './continuation.ts';
import type { PresentRamp } from './find-ramp.ts';

/** Quantiles (levels x horizon) of a series on a ramp, and the continuation that is a part of them. */
export interface MixedForecast {
  readonly quantiles: Float64Array[];
  readonly continuation: Continuation;
}

const addPattern = (continuation: Continuation, { pattern, ramp }: PresentRamp): Continuation => {
  if (pattern === null) return continuation;
  const { end } = ramp.episode;
  const centre = continuation.centre.map((value, h) => value + pattern[(end + h) % pattern.length]!);
  return { ...continuation, centre };
};

/**
 * Forecast of a series on a ramp: with its probability the ramp continues, else the ensemble is right. `ensembleAt`
 * returns the ensemble's quantiles at given levels.
 */
export const mixWithContinuation = (
  present: PresentRamp,
  horizon: number,
  levels: readonly number[],
  ensembleAt: (levels: readonly number[]) => Float64Array[],
): MixedForecast => {
  const continuation = addPattern(continueRamp(present.fits, present.ramp, horizon), present);
  const continued = continuationQuantiles(continuation, MIXED_LEVELS);
  return {
    quantiles: mixQuantiles(continued, ensembleAt(MIXED_LEVELS), present.weight, levels),
    continuation,
  };
};
