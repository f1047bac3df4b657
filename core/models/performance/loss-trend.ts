/** Tests whether a figure of performance has been getting worse from day to day. */

import { medianOfSorted } from '../../shared/maths/averages.ts';
import { normalProbability } from '../../shared/maths/normal-probability.ts';
import { varianceInflation } from '../../shared/maths/serial-dependence.ts';

const WEEK = 7;
/** Days without which no trend is judged. */
const MIN_DAYS = 3 * WEEK;

export interface TrendSettings {
  /** Probability of an alarm although there is no trend, at most. */
  readonly significance: number;
  /** Smallest rise within the window that is worth an alarm, as a share. */
  readonly minRise: number;
}

/** Monthly windows are tested every day: one in a thousand keeps false alarms rare. */
export const TREND_SETTINGS: TrendSettings = { significance: 0.001, minRise: 0.1 };

export interface LossTrend {
  readonly worsens: boolean;
  /** Days that were judged: whole weeks, the latest. */
  readonly days: number;
  /** Change from the first to the last of them along the trend, as a share: 0.2 is 20 % more. */
  readonly rise: number;
  /** Probability of such a trend, or a clearer one, if there were none. */
  readonly pValue: number;
  /** One sentence for people. */
  readonly reason: string;
}

/**
 * Mann-Kendall test on the logarithms of daily losses (positive, oldest first; NaN: no forecasts on that day), with its
 * variance widened for dependence between days, and the size of the trend by Theil and Sen. Whole weeks are judged, so
 * that the days of the week balance. Only a rise is an alarm.
 */
export const lossTrend = (daily: readonly number[], settings = TREND_SETTINGS): LossTrend => {
  const days = daily.length - (daily.length % WEEK);
  const logs = daily.slice(daily.length - days).map((loss) => (loss > 0 ? Math.log(loss) : Number.NaN));
  const known = logs.flatMap((value, day) => (Number.isFinite(value) ? [{ day, value }] : []));
  if (known.length < MIN_DAYS)
    return {
      ...{ worsens: false, days, rise: 0, pValue: 1 },
      reason: `The loss is known for ${known.length} of the latest ${days} days; a trend needs ${MIN_DAYS}.`,
    };
  const slope = medianSlope(known);
  const rise = Math.expm1(slope * (days - 1));
  const pValue = 1 - normalProbability(trendScore(known, slope));
  const worsens = pValue <= settings.significance && rise >= settings.minRise;
  return { worsens, days, rise, pValue, reason: reasonOf(worsens, days, rise, settings) };
};

const reasonOf = (worsens: boolean, days: number, rise: number, { minRise }: TrendSettings): string => {
  const change = `${Math.abs(100 * rise).toFixed(0)} % ${rise < 0 ? 'down' : 'up'}`;
  if (worsens) return `The loss has been rising for ${days} days: ${change}.`;
  return rise >= minRise
    ? `The loss went ${change} in ${days} days, which its usual variation explains.`
    : `The loss shows no rise of ${(100 * minRise).toFixed(0)} % in ${days} days: ${change}.`;
};

interface Point {
  readonly day: number;
  readonly value: number;
}

/** Theil-Sen: the median slope of all pairs. */
const medianSlope = (points: readonly Point[]): number =>
  medianOfSorted(
    points
      .flatMap((a, i) => points.slice(i + 1).map((b) => (b.value - a.value) / (b.day - a.day)))
      .sort((a, b) => a - b),
  );

/** Score of the test: standard normal if there is no trend. */
const trendScore = (points: readonly Point[], slope: number): number => {
  let concordant = 0;
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1)) concordant += Math.sign(b.value - a.value);
  });
  const n = points.length;
  const rests = points.map(({ day, value }) => value - slope * day);
  const variance = ((n * (n - 1) * (2 * n + 5)) / 18) * varianceInflation(ranksOf(rests));
  return (Math.abs(concordant) <= 1 ? 0 : concordant - Math.sign(concordant)) / Math.sqrt(variance);
};

const ranksOf = (values: readonly number[]): number[] =>
  values.map((value) => values.filter((other) => other < value).length);
