import { DAY_SECONDS } from '../shared/time.ts';

const HALF_HOURS = 48;
const HALF_HOUR_SECONDS = DAY_SECONDS / HALF_HOURS;

type Band = { readonly lower: number; readonly upper: number } | undefined;

/** A series with its detector. Times are epoch seconds, NaN before the first point. */
interface LearnedSeries {
  readonly variant: 'full' | 'light';
  readonly isCalibrated: boolean;
  readonly points: number;
  readonly first: number;
  readonly newest: number;
  expected(timestamp: number): Band;
}

/** The learned baseline of one series. Times are epoch seconds. */
export interface LearnedBaseline {
  readonly mode: 'full' | 'light';
  /** True once the detector has seen enough points to raise alerts. */
  readonly calibrated: boolean;
  readonly points: number;
  readonly first: number | undefined;
  readonly newest: number | undefined;
  /** By half hour of the day (UTC, `HH:MM`). */
  readonly timeOfDay: readonly {
    readonly time: string;
    readonly expected: Band;
  }[];
}

const timeAt = (secondOfDay: number): string => new Date(secondOfDay * 1000).toISOString().slice(11, 16);

const known = (time: number): number | undefined => (Number.isNaN(time) ? undefined : time);

/** Reads the baseline of a series: the expected band of each half hour of the day, and the number of learned points. */
export const baselineOf = (series: LearnedSeries): LearnedBaseline => ({
  mode: series.variant,
  calibrated: series.isCalibrated,
  points: series.points,
  first: known(series.first),
  newest: known(series.newest),
  timeOfDay: Array.from({ length: HALF_HOURS }, (_, half) => ({
    time: timeAt(half * HALF_HOUR_SECONDS),
    expected: series.expected(half * HALF_HOUR_SECONDS),
  })),
});
