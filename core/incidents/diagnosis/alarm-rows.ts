import type { MetricWindow } from './metric-window.ts';

/** A row counts as before the alarm when it ends no later than this after it: 5-minute bins rarely end on the alarm. */
const GRACE_SECONDS = 60;

/**
 * Which rows of a window end before the alarm; at least the first one, so that there is always something to compare
 * with. One flag a row.
 */
export const rowsBeforeAlarm = (window: MetricWindow, alarmAt: number): boolean[] =>
  Array.from(
    window.timestamps,
    (start, row) => row === 0 || start + window.stepSeconds <= alarmAt + GRACE_SECONDS,
  );
