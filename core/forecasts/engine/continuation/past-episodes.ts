import { sortedQuantile } from '../../../shared/maths/order-statistics.ts';
import type { LineFits } from '../series/line-fits.ts';
import { type Episode, episodeAt } from './episode.ts';

/** Past episodes are compared to the present one if their signal-to-noise ratio is at least this share of its own ... */
const MIN_RATIO = 0.4;
/** ... and their slope within these multiples of its own. */
const SLOPES = { min: 0.33, max: 4 } as const;
/** A climb failed if less than this share of its continuation arrived at the end of the outlook. */
const ARRIVED = 0.4;
/** Level below which a series usually is. */
const USUAL = 0.99;
/** A climb that began below this percentile by more than this share of itself only returns to usual levels. */
const RETURN = { level: 0.05, share: 0.25 } as const;

/** Past episodes of the series that resemble the present one, and how they ended. */
export interface PastEpisodes {
  /** Past ends of similar episodes that did not continue; none counts once the climb has left all levels before it. */
  readonly failures: number;
  /** True if the climb has left the usual levels (the 99th percentile) before it. */
  readonly isUnusual: boolean;
  /** True if the climb began far outside the usual levels and is on its way back to them. */
  readonly isReturn: boolean;
}

const isLike = (past: Episode, present: Episode): boolean => {
  const ratio = past.line.slope / present.line.slope;
  return (
    past.signalToNoise >= MIN_RATIO * present.signalToNoise && ratio >= SLOPES.min && ratio <= SLOPES.max
  );
};

export interface PastOptions {
  /** Least noise around a line. */
  readonly floor: number;
  /** How far ahead a climb must have continued, in steps. */
  readonly outlook: number;
  /** Steps at which somebody acted on what is measured. */
  readonly interventions: readonly number[];
}

/** Whether something was done shortly before the end of an episode, or before it could have continued. */
const isInterrupted = (end: number, { outlook, interventions }: PastOptions): boolean =>
  interventions.some((at) => at > end - outlook / 8 && at <= end + outlook);

/**
 * True if the episode goes on with a climb like it that was interrupted shortly before it began: the same cause is at work
 * again, so what other climbs came to says nothing about it.
 */
const isResumed = (
  fits: LineFits,
  present: Episode,
  { floor, outlook, interventions }: PastOptions,
): boolean => {
  const began = present.end - present.line.length;
  return interventions.some((at) => {
    if (at > began + outlook / 8 || at < began - outlook || at < 1) return false;
    const interrupted = episodeAt(fits, Math.floor(at), floor);
    return interrupted !== null && isLike(interrupted, present);
  });
};

const countFailures = (fits: LineFits, present: Episode, options: PastOptions): number => {
  const { floor, outlook } = options;
  const { length } = present.line;
  const last = Math.min(present.end - outlook, present.end - length + Math.floor(length / 4));
  const stride = Math.max(1, Math.round(outlook / 8));
  let failures = 0;
  for (let end = 12 * stride; end <= last; end += stride) {
    const past = episodeAt(fits, end, floor);
    if (past === null || !isLike(past, present) || isInterrupted(end, options)) continue;
    const arrived = fits.mean(end + outlook - stride, end + outlook) - past.line.end;
    if (arrived / (past.line.slope * outlook) < ARRIVED) failures++;
  }
  return failures;
};

/** Values before the episode, turned so that the episode climbs, ascending. */
const levelsBefore = (y: Float64Array, { end, line }: Episode): Float64Array => {
  const before = y.slice(0, end - line.length);
  if (line.slope < 0) for (let i = 0; i < before.length; i++) before[i] = -before[i]!;
  return before.sort();
};

/** Compares the present episode with the past of its series. */
export const pastEpisodes = (fits: LineFits, present: Episode, options: PastOptions): PastEpisodes => {
  const before = levelsBefore(fits.y, present);
  const { slope, end, length } = present.line;
  const [level, climb] = [Math.sign(slope) * end, Math.abs(slope) * length];
  const isUnusual = !(level < sortedQuantile(before, USUAL));
  const isKnown = level <= (before.at(-1) ?? Number.NEGATIVE_INFINITY);
  return {
    failures: isKnown && !isResumed(fits, present, options) ? countFailures(fits, present, options) : 0,
    isUnusual,
    isReturn: !isUnusual && level - climb < sortedQuantile(before, RETURN.level) - RETURN.share * climb,
  };
};
