import { type LineFit, type LineFits, residualSpread } from '../series/line-fits.ts';

/** Lengths of the episodes that are tried, in steps. */
const EPISODE_LENGTHS = [
  12, 18, 24, 36, 48, 72, 96, 132, 168, 192, 240, 288, 384, 480, 576, 768, 1008, 1300, 1600,
];
/** Longer episodes are preferred by this power of their length. */
const LENGTH_POWER = 0.25;
const PREFERENCES = EPISODE_LENGTHS.map((length) => length ** LENGTH_POWER);
/** Minimum noise, as a share of the climb: limits the signal-to-noise ratio of a perfect line. */
const MIN_NOISE_SHARE = 1e-3;

export const SHORTEST_EPISODE = EPISODE_LENGTHS[0]!;

/** The steepest stretch, compared to its noise, that ends at a point: a climb or a decline. */
export interface Episode {
  readonly end: number;
  readonly line: LineFit;
  /** Climb of the line over the episode divided by the noise around it. */
  readonly signalToNoise: number;
}

const signalToNoise = (line: LineFit, floor: number): number => {
  const climb = Math.abs(line.slope) * line.length;
  const noise = Math.max(residualSpread(line) + floor, MIN_NOISE_SHARE * climb);
  return noise > 0 ? climb / noise : 0;
};

/**
 * The episode that ends before `end`: of the candidate lengths, the one with the largest signal-to-noise ratio times a
 * power of its length (a multiscale scan for the last change point of the trend, as in narrowest-over-threshold
 * detection, Baranowski, Chen & Fryzlewicz 2019). Null if fewer points than the shortest episode are given.
 */
export const episodeAt = (fits: LineFits, end: number, floor: number): Episode | null => {
  let best: Episode | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < EPISODE_LENGTHS.length && EPISODE_LENGTHS[i]! <= end; i++) {
    const line = fits.fit(end, EPISODE_LENGTHS[i]!);
    const ratio = signalToNoise(line, floor);
    const score = ratio * PREFERENCES[i]!;
    if (score > bestScore) {
      best = { end, line, signalToNoise: ratio };
      bestScore = score;
    }
  }
  return best;
};
