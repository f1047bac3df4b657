/** How often a series, or a target, reports, and for how long it may pause. Times in epoch seconds, durations in seconds. */
import { DAY_SECONDS } from '../../shared/time.ts';
import { detectStep } from '../series/detect-step.ts';

/** Nothing counts as silent before this, even if it reports often: collectors restart, and networks have outages. */
export const MIN_SILENCE_SECONDS = 900;
/** A series is silent after this many of its usual intervals. */
export const SILENT_INTERVALS = 3;
/** What was silent for longer is gone: it was announced a day ago. */
export const GONE_SECONDS = DAY_SECONDS;
/** Gaps up to this many intervals are no pause: reports jitter. */
const PAUSE_INTERVALS = 1.5;

/** Past reports: how often, and the longest time without any. */
export interface Rhythm {
  readonly lastPoint: number;
  /** Undefined if there are fewer than two points. */
  readonly interval: number | undefined;
  readonly longestGap: number;
}

/** The longest gap between ascending timestamps; 0 if there are fewer than two. */
export const longestGapIn = (timestamps: readonly number[]): number => {
  let longest = 0;
  for (let i = 1; i < timestamps.length; i++)
    longest = Math.max(longest, timestamps[i]! - timestamps[i - 1]!);
  return longest;
};

/** The usual time between two ascending timestamps; undefined if there are fewer than two. */
export const intervalOf = (timestamps: readonly number[]): number | undefined =>
  timestamps.length < 2 ? undefined : detectStep(timestamps);

/**
 * Seconds after the last point at which the silence is unusual: three intervals and never less than 15 minutes, and
 * clearly longer than every pause before (a nightly job reports every minute for an hour, and then pauses for 23).
 * Infinite if the interval is unknown.
 */
export const patienceOf = ({ interval, longestGap }: Omit<Rhythm, 'lastPoint'>): number => {
  if (interval === undefined) return Number.POSITIVE_INFINITY;
  const usual = Math.max(MIN_SILENCE_SECONDS, SILENT_INTERVALS * interval);
  if (longestGap <= PAUSE_INTERVALS * interval) return usual;
  return Math.max(usual, longestGap + Math.min(longestGap, usual));
};
