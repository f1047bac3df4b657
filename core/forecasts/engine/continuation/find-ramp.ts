import { sortedQuantile } from '../../../shared/maths/order-statistics.ts';
import { HOUR_SECONDS } from '../../../shared/time.ts';
import { dailyPattern } from './daily-pattern.ts';
import { type Episode, episodeAt, SHORTEST_EPISODE } from './episode.ts';
import { continuationWeight, isRamp } from './gate.ts';
import { withoutGlitches } from './glitches.ts';
import { LineFits } from './line-fits.ts';
import { pastEpisodes } from './past-episodes.ts';
import { type Ramp, rampOf, shapeOf } from './ramp.ts';

/** Minimum noise, as a share of the p5-p95 range: keeps staircases and idle series from infinite ratios. */
const MIN_NOISE = 0.003;
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

/** Noise below which no move counts: half the median step, at least 0.3 % of the usual range. */
const noiseFloor = (y: Float64Array): number => {
  const moves = new Float64Array(y.length - 1);
  for (let i = 0; i < moves.length; i++) moves[i] = Math.abs(y[i + 1]! - y[i]!);
  const sorted = Float64Array.from(y).sort();
  const range = sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05);
  return Math.max(sortedQuantile(moves.sort(), 0.5) / 2, MIN_NOISE * range);
};

const withoutPattern = (y: Float64Array, pattern: Float64Array | null): Float64Array =>
  pattern === null ? y : y.map((value, i) => value - pattern[i % pattern.length]!);

const outlookOf = (stepSeconds: number): number =>
  Math.min(OUTLOOK.maxSteps, Math.max(SHORTEST_EPISODE, Math.round(OUTLOOK.seconds / stepSeconds)));

const weigh = (fits: LineFits, episode: Episode, floor: number, outlook: number) => {
  const ramp = rampOf(fits, episode);
  const shape = shapeOf(fits, ramp);
  const isShort = fits.y.length < OUTLOOKS_TO_REMEMBER * outlook;
  if (!isRamp(episode, shape, outlook, isShort)) return null;
  return { ramp, weight: continuationWeight(shape, pastEpisodes(fits, episode, floor, outlook)) };
};

/**
 * Finds the ramp that a series (filled, in any unit) is on, with the probability that it continues; null if there is
 * none. Follows y -> a y + b, and a decline is a mirrored climb. `period` is a day in steps. Method and measurements:
 * `docs/adr/0016-ramps.md`.
 */
export const findRamp = (values: Float64Array, period: number, stepSeconds: number): PresentRamp | null => {
  if (values.length < 2 * SHORTEST_EPISODE) return null;
  const plain = withoutGlitches(values);
  const pattern = dailyPattern(plain, period);
  const fits = new LineFits(withoutPattern(plain, pattern));
  const floor = noiseFloor(fits.y);
  const episode = episodeAt(fits, values.length, floor);
  if (episode === null || Math.log(episode.signalToNoise) < 1) return null;
  const found = weigh(fits, episode, floor, outlookOf(stepSeconds));
  return found !== null && found.weight > 0 ? { fits, pattern, ...found } : null;
};
