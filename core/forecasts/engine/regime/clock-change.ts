import { DAY_SECONDS, HOUR_SECONDS } from '../../../shared/time.ts';

/** The last week is compared with the weeks before it, at most this many. */
const WEEK_DAYS = 7;
const MAX_WEEKS_BEFORE = 3;
/** Log odds of a clock change before any evidence. */
const PRIOR = -3.5;
/** Errors within this time repeat each other's evidence. */
const MEMORY_SECONDS = 6 * HOUR_SECONDS;
/** Less probable changes are ignored. */
const MIN_PROBABILITY = 0.3;

/** A move of the daily season by an hour: the start or the end of daylight saving time. */
export interface ClockChange {
  /** First step of the new clock. */
  readonly at: number;
  /** Steps by which the season comes earlier (negative: later). */
  readonly earlier: number;
  /** Posterior probability. */
  readonly probability: number;
}

/** Mean of the same hour of the weeks before, for each step of the last week. */
const weeksBefore = (y: Float64Array, week: number, earlier: number): Float64Array => {
  const weeks = Math.min(MAX_WEEKS_BEFORE, Math.floor(y.length / week) - 1);
  const from = y.length - week;
  const means = new Float64Array(week);
  for (let i = 0; i < week; i++) {
    let total = 0;
    for (let k = 1; k <= weeks; k++) {
      // The first step has nothing before it.
      total += y[Math.max(0, from + i - k * week + earlier)]!;
    }
    means[i] = total / weeks;
  }
  return means;
};

/** Absolute errors of the weeks before as a forecast of the last week, summed from each step to the end. */
const errorsFrom = (y: Float64Array, week: number, earlier: number): Float64Array => {
  const expected = weeksBefore(y, week, earlier);
  const sums = new Float64Array(week + 1);
  for (let i = week - 1; i >= 0; i--) {
    sums[i] = sums[i + 1]! + Math.abs(y[y.length - week + i]! - expected[i]!);
  }
  return sums;
};

/**
 * Finds an hour by which the daily season has moved within the last week, by comparing its last days with the weeks
 * before as they are and moved: the log-likelihood ratio of errors with a Laplace distribution, discounted by their
 * autocorrelation. Null if there is none, or less than two weeks of history.
 */
export const findClockChange = (y: Float64Array, stepSeconds: number): ClockChange | null => {
  const [hour, day] = [HOUR_SECONDS / stepSeconds, DAY_SECONDS / stepSeconds];
  const week = WEEK_DAYS * day;
  if (!Number.isInteger(hour) || !Number.isInteger(week) || y.length < 2 * week) return null;
  const usual = errorsFrom(y, week, 0);
  let best: ClockChange | null = null;
  for (const earlier of [-hour, hour]) {
    const moved = errorsFrom(y, week, earlier);
    for (let days = 1; days <= WEEK_DAYS; days++) {
      const from = week - days * day;
      if (!(usual[from]! > 0)) continue;
      const evidence = ((days * DAY_SECONDS) / MEMORY_SECONDS) * Math.log(usual[from]! / moved[from]!);
      const probability = 1 / (1 + Math.exp(-PRIOR - evidence));
      if (probability >= MIN_PROBABILITY && probability > (best?.probability ?? 0)) {
        best = { at: y.length - days * day, earlier, probability };
      }
    }
  }
  return best;
};

/** The values as they would have been if the new clock had applied from the start. */
export const withNewClock = (y: Float64Array, { at, earlier }: ClockChange): Float64Array =>
  y.map((value, i) => {
    const from = i + earlier;
    return i < at && from >= 0 && from < at ? y[from]! : value;
  });
