import { median } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { probationRows, type RowWindow } from './nab-score.ts';

/** Alerts of one labelled series: their rows, ascending. */
export interface AlertedSeries {
  readonly timestamps: ArrayLike<number>;
  readonly windows: readonly RowWindow[];
  readonly alerts: readonly number[];
}

/** Quality as operators notice it: the share of alerts that are right, and the share of anomalies with an alert. */
export interface AlertLevelFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly alerts: number;
  readonly alertsPerMetricDay: number;
  /** Rows from the labelled moment (a window's centre) to the first right alert; negative: before it. */
  readonly medianDelayRows: number;
}

/** Rows before and after the labelled moment in which an alert counts as right in the strict version. */
const STRICT = { before: 12, after: 72 };

const centre = ({ first, last }: RowWindow): number => Math.floor((first + last + 1) / 2);

const strictWindow = (window: RowWindow): RowWindow => ({
  first: centre(window) - STRICT.before,
  last: centre(window) + STRICT.after,
});

/**
 * Precision over alerts and recall over windows, after the probation. `strict` counts an alert only within
 * [-12, +72] rows of the labelled moment instead of anywhere in its window.
 */
export const alertLevel = (series: readonly AlertedSeries[], strict = false): AlertLevelFigures => {
  let right = 0;
  let total = 0;
  let windows = 0;
  let days = 0;
  const delays: number[] = [];
  for (const { timestamps, windows: labels, alerts } of series) {
    const probation = probationRows(timestamps.length);
    const counted = alerts.filter((row) => row >= probation);
    const targets = strict ? labels.map(strictWindow) : labels;
    const within = (row: number, { first, last }: RowWindow): boolean => row >= first && row <= last;
    right += counted.filter((row) => targets.some((window) => within(row, window))).length;
    for (const window of targets) {
      const first = counted.find((row) => within(row, window));
      if (first !== undefined) delays.push(first - centre(labels[targets.indexOf(window)]!));
    }
    total += counted.length;
    windows += labels.length;
    days += (timestamps[timestamps.length - 1]! - timestamps[probation]!) / DAY_SECONDS;
  }
  const precision = total === 0 ? 0 : right / total;
  const recall = windows === 0 ? 0 : delays.length / windows;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return {
    precision,
    recall,
    f1,
    alerts: total,
    alertsPerMetricDay: total / days,
    medianDelayRows: median(delays),
  };
};
