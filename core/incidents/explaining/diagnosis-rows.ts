import type { History } from '../../metrics/blocks/block-history.ts';
import { detectStep } from '../../metrics/series/detect-step.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { RowGrid } from './node-metrics.ts';

const MIN_ROWS_BEFORE = 12;
const MAX_ROWS_AFTER = 24;
const BEFORE_SECONDS = HOUR_SECONDS;
const AFTER_SECONDS = 2 * HOUR_SECONDS;
/** Length of normal operation, which precedes the window. */
const NORMAL_SECONDS = DAY_SECONDS;
const MIN_STEP_SECONDS = 60;

/** The rows of the incident and those of normal operation before them. */
export interface DiagnosisRows {
  readonly window: RowGrid;
  readonly normal: RowGrid;
}

/** Typical interval of the longest history, between one minute and one hour. */
export const commonStep = (histories: readonly History[]): number => {
  const [longest] = histories.toSorted((a, b) => b.timestamps.length - a.timestamps.length);
  return Math.min(HOUR_SECONDS, Math.max(MIN_STEP_SECONDS, detectStep(longest?.timestamps ?? [])));
};

/** Rows from at least an hour before the start of the incident until two hours after it or `now` (epoch seconds). */
export const rowsAround = (startedAt: number, now: number, stepSeconds: number): DiagnosisRows => {
  const before = Math.max(MIN_ROWS_BEFORE, Math.ceil(BEFORE_SECONDS / stepSeconds)) * stepSeconds;
  const from = Math.floor((startedAt - before) / stepSeconds) * stepSeconds;
  const longest = Math.max(AFTER_SECONDS, MAX_ROWS_AFTER * stepSeconds);
  const to = Math.max(startedAt + 1, Math.min(now, startedAt + longest));
  const normalRows = Math.floor(NORMAL_SECONDS / stepSeconds);
  return {
    window: { from, stepSeconds, rows: Math.ceil((to - from) / stepSeconds) },
    normal: { from: from - normalRows * stepSeconds, stepSeconds, rows: normalRows },
  };
};
