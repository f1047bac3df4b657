import { HOUR_SECONDS } from '../../../shared/time.ts';
import type { Deseasonalised } from '../series/deseasonalised.ts';
import type { LineFits } from '../series/line-fits.ts';
import { type Episode, episodeAt, SHORTEST_EPISODE } from './episode.ts';
import { continuationWeight, isRamp } from './gate.ts';
import { type PastOptions, pastEpisodes } from './past-episodes.ts';
import { type Ramp, rampOf, shapeOf } from './ramp.ts';

/** How far ahead past episodes must have continued, at most in steps. */
const OUTLOOK = { seconds: 8 * HOUR_SECONDS, maxSteps: 96 } as const;
/** Outlooks of history needed to remember own past episodes: three days. */
const OUTLOOKS_TO_REMEMBER = 9;

/** A ramp that the series is on now. */
export interface PresentRamp {
  readonly fits: LineFits;
  readonly ramp: Ramp;
  /** Probability that it continues. */
  readonly weight: number;
  /** The pattern of the day that was removed before the search, or null. */
  readonly pattern: Float64Array | null;
}

const outlookOf = (stepSeconds: number): number =>
  Math.min(OUTLOOK.maxSteps, Math.max(SHORTEST_EPISODE, Math.round(OUTLOOK.seconds / stepSeconds)));

const weigh = (fits: LineFits, episode: Episode, outlook: number, past: Omit<PastOptions, 'outlook'>) => {
  const ramp = rampOf(fits, episode);
  const shape = shapeOf(fits, ramp);
  const isShort = fits.y.length < OUTLOOKS_TO_REMEMBER * outlook;
  if (!isRamp(episode, shape, outlook, isShort)) return null;
  return { ramp, weight: continuationWeight(shape, pastEpisodes(fits, episode, { ...past, outlook })) };
};

/**
 * Finds the ramp that a series (filled, in any unit) is on, with the probability that it continues; null if there is
 * none. Follows y -> a y + b, and a decline is a mirrored climb. Method and measurements: `docs/adr/0016-ramps-and-regime-changes.md`.
 */
export const findRamp = (
  series: Deseasonalised,
  stepSeconds: number,
  interventions: readonly number[] = [],
): PresentRamp | null => {
  const { fits, floor, pattern } = series;
  const { length } = fits.y;
  if (length < 2 * SHORTEST_EPISODE) return null;
  const episode = episodeAt(fits, length, floor);
  if (episode === null || Math.log(episode.signalToNoise) < 1) return null;
  const found = weigh(fits, episode, outlookOf(stepSeconds), { floor, interventions });
  return found !== null && found.weight > 0 ? { fits, pattern, ...found } : null;
};
