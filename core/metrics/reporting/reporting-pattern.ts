/** How often a series, or a target, reports, and for how long it may pause. Times in epoch seconds, durations in seconds. */
import { DAY_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';
import { detectStep } from '../series/detect-step.ts';

/** Nothing counts as silent before this, even if it reports often: collectors restart, and networks have outages. */
export const MIN_SILENCE_SECONDS = 900;
/** A series is silent after this many of its usual intervals. */
const SILENT_INTERVALS = 3;
/** A series that was silent for longer is gone: it was announced a day ago. */
export const GONE_SECONDS = DAY_SECONDS;
/** Something is steady if this share of its gaps are no pauses, apart from two outages once there are enough gaps. */
const STEADY_SHARE = 0.9;
const FREE_PAUSES = 2;
const ENOUGH_GAPS = 12;
/** Gaps up to this many intervals are no pause: reports jitter. */
const PAUSE_INTERVALS = 1.5;

/** How often something reports, and how long it pauses. */
export interface ReportingPattern {
  /** Undefined if there are fewer than two points. */
  readonly interval: number | undefined;
  /** The longest pause that is usual; infinite if that is not known yet. */
  readonly usualPause: number;
  /** True if it reports by the clock, with few pauses. */
  readonly isSteady: boolean;
}

/** The second-longest of some gaps; 0 if there are fewer than two. */
const secondLongest = (gaps: readonly number[]): number => {
  let [longest, second] = [0, 0];
  for (const gap of gaps) {
    if (gap > longest) [longest, second] = [gap, longest];
    else if (gap > second) second = gap;
  }
  return second;
};

/**
 * The pattern behind some gaps between reports. What is steady pauses usually as long as it did twice, because a single
 * outage is no habit. What reports at varying times shows within a day how long its pauses may be.
 */
export const reportingPatternOf = (
  gaps: readonly number[],
  interval: number | undefined,
): ReportingPattern => {
  if (interval === undefined) return { interval, usualPause: 0, isSteady: true };
  const short = gaps.filter((gap) => gap <= PAUSE_INTERVALS * interval).length;
  const free = gaps.length < ENOUGH_GAPS ? 0 : FREE_PAUSES;
  const isSteady = short >= STEADY_SHARE * (gaps.length - free);
  if (isSteady) return { interval, usualPause: secondLongest(gaps), isSteady };
  const span = gaps.reduce((sum, gap) => sum + gap, 0);
  const longest = gaps.reduce((max, gap) => Math.max(max, gap), 0);
  return { interval, usualPause: span < DAY_SECONDS ? Number.POSITIVE_INFINITY : longest, isSteady };
};

/** Seconds between ascending timestamps. */
export const gapsOf = (timestamps: readonly number[]): readonly number[] =>
  timestamps.slice(1).map((at, i) => at - timestamps[i]!);

/** The usual time between two ascending timestamps; undefined if there are fewer than two. */
export const intervalOf = (timestamps: readonly number[]): number | undefined =>
  timestamps.length < 2 ? undefined : detectStep(timestamps);

/** Seconds of silence that mean nothing: three intervals, and never less than 15 minutes. */
export const minSilence = (interval: number): number =>
  Math.max(MIN_SILENCE_SECONDS, SILENT_INTERVALS * interval);

/**
 * Seconds after the last point at which the silence is unusual: three intervals and never less than 15 minutes, and
 * clearly longer than the usual pauses (a nightly job reports every minute for an hour, and then pauses for 23). Twice
 * the longest pause for what reports at varying times. Infinite if the pattern is unknown.
 */
export const allowedSilenceOf = ({ interval, usualPause, isSteady }: ReportingPattern): number => {
  if (interval === undefined) return Number.POSITIVE_INFINITY;
  const min = minSilence(interval);
  if (!isSteady) return Math.max(min, 2 * usualPause);
  if (usualPause <= PAUSE_INTERVALS * interval) return min;
  return Math.max(min, usualPause + Math.min(usualPause, min));
};

/**
 * Seconds after the last point until which the silence repeats a pause of a week ago, such as a weekend; 0 if the series
 * reported at that time, or is younger.
 * @param reports ascending times of more than a week
 */
export const weeklyAllowedSilence = (reports: readonly number[], interval: number, now: number): number => {
  const then = now - WEEK_SECONDS;
  const next = reports.findIndex((at) => at > then);
  if (next <= 0 || reports[next]! - reports[next - 1]! <= minSilence(interval)) return 0;
  return reports[next]! + WEEK_SECONDS - reports.at(-1)! + minSilence(interval);
};
