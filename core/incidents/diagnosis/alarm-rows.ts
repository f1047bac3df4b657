import type { MetricWindow } from './metric-window.ts';

/** A row may end this much after the alarm and still count as before it: five-minute rows rarely end at the alarm. */
const GRACE_SECONDS = 60;

/** One flag per row: true if the row ends before the alarm. The first row always does, as a minimal baseline. */
export const rowsBeforeAlarm = (window: MetricWindow, alarmAt: number): boolean[] =>
  Array.from(
    window.timestamps,
    (start, row) => row === 0 || start + window.stepSeconds <= alarmAt + GRACE_SECONDS,
  );
