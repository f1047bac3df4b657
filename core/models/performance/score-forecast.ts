/** Joins an issued forecast with the values that arrived later. */

import { maseScale } from '../../forecasts/forecast-losses.ts';
import { isBeyond, type ResolvedThreshold } from '../../forecasts/resolved-threshold.ts';
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { type BreachSums, breachSums, NO_BREACHES } from './breach-sums.ts';
import { type ErrorSums, errorSums } from './error-sums.ts';

/** What is scored of a forecast, as issued. */
export interface IssuedForecast {
  /** Epoch seconds of the first step. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly horizon: number;
  readonly quantileLevels: readonly number[];
  /** `quantiles[l][h]`: level `l`, step `h`. */
  readonly quantiles: readonly ArrayLike<number>[];
  /** The forecast of a breach; null if the metric has no threshold. */
  readonly breach: {
    readonly threshold: ResolvedThreshold;
    readonly probability: number;
    readonly severity: 'critical' | 'warning' | 'info';
  } | null;
}

/** Ages of a forecast at the time that it is about, in seconds since it was issued. */
export const AGES = [
  { name: 'up to 1 h', until: HOUR_SECONDS },
  { name: '1 to 4 h', until: 4 * HOUR_SECONDS },
  { name: 'over 4 h', until: Number.POSITIVE_INFINITY },
] as const;
export type Age = (typeof AGES)[number]['name'];

/** Sums of one or more forecasts: errors by the forecast's age, in the order of `AGES`, and breaches. */
export interface ForecastSums {
  readonly errors: readonly ErrorSums[];
  readonly breaches: BreachSums;
}

/** A breach counts as absent only if at least this share of the steps has a value. */
const ENOUGH_VALUES = 0.9;

/**
 * Scores a forecast. `series` has the values of the metric from two days before the forecast on, if there are so many:
 * those before the forecast scale the errors, those after it are its actual values. Null if none has arrived, or if the
 * series is on another grid than the forecast.
 */
export const scoreForecast = (forecast: IssuedForecast, series: RegularSeries): ForecastSums | null => {
  const { stepSeconds, start, horizon } = forecast;
  const first = (start - series.start) / stepSeconds;
  if (series.stepSeconds !== stepSeconds || !Number.isInteger(first)) return null;
  const actual = Float64Array.from({ length: horizon }, (_, h) => series.values[first + h] ?? Number.NaN);
  if (!actual.some(Number.isFinite)) return null;
  const values = series.values.subarray(0, Math.max(0, first));
  const joined = { ...forecast, actual, scale: maseScale({ ...series, values }) };
  const ends = AGES.map(({ until }) => Math.min(horizon, Math.floor(until / stepSeconds)));
  return {
    errors: ends.map((end, i) => errorSums(joined, ends[i - 1] ?? 0, end)),
    breaches: breachesOf(forecast, actual, values.findLast(Number.isFinite)),
  };
};

const breachesOf = (
  { breach, stepSeconds }: IssuedForecast,
  actual: Float64Array,
  last: number | undefined,
): BreachSums => {
  if (breach === null || (last !== undefined && isBeyond(last, breach.threshold))) return NO_BREACHES;
  const step = actual.findIndex((value) => isBeyond(value, breach.threshold));
  const observed = actual.filter(Number.isFinite).length;
  if (step < 0 && observed < ENOUGH_VALUES * actual.length) return NO_BREACHES;
  return breachSums({
    probability: breach.probability,
    warned: breach.severity !== 'info',
    crossedAfterSeconds: step < 0 ? null : (step + 1) * stepSeconds,
  });
};
