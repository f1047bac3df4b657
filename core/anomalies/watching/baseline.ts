import { DAY_SECONDS } from '../../shared/time.ts';
import type { SeriesWatch } from './series-watch.ts';

const HALF_HOURS = 48;
const HALF_HOUR_SECONDS = DAY_SECONDS / HALF_HOURS;

/** What the detector of one series has learned. Times are epoch seconds. */
export interface LearnedBaseline {
  readonly mode: 'full' | 'light';
  /** Whether enough was seen for anomalies to be raised. */
  readonly calibrated: boolean;
  readonly points: number;
  readonly first: number | undefined;
  readonly newest: number | undefined;
  /** By half hour of the day (UTC, `HH:MM`). */
  readonly timeOfDay: readonly {
    readonly time: string;
    readonly expected: { readonly lower: number; readonly upper: number } | undefined;
  }[];
}

const timeAt = (secondOfDay: number): string => new Date(secondOfDay * 1000).toISOString().slice(11, 16);

const known = (time: number): number | undefined => (Number.isNaN(time) ? undefined : time);

/** The expected band of each half hour of the day, and how well it is known. */
export const baselineOf = (series: SeriesWatch): LearnedBaseline => ({
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
