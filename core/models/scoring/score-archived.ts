/** Joins an archived forecast with the points of its series. */
import type { ArchivedForecast } from '../../forecasts/ports.ts';
import { type IrregularPoints, regularise } from '../../metrics/series/regularise.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { type ForecastSums, type IssuedForecast, scoreForecast } from '../performance/score-forecast.ts';

/** Values before the forecast that scale its errors: two days, so that each has one of the day before. */
const SCALED_BY_SECONDS = 2 * DAY_SECONDS;

/**
 * The score of a forecast; null if nothing has been observed since. Points are in order of time; `issuedAt` is in epoch
 * seconds.
 */
export const scoreArchived = (
  archived: ArchivedForecast,
  points: IrregularPoints,
  issuedAt: number,
): ForecastSums | null => {
  const forecast = aheadOf(archived, issuedAt);
  const { start, stepSeconds, horizon } = forecast;
  const from = points.timestamps.findIndex((at) => at >= start - SCALED_BY_SECONDS);
  if (from < 0 || horizon === 0) return null;
  const { kind } = points;
  const [timestamps, values] = [points.timestamps.slice(from), points.values.slice(from)];
  try {
    const series = regularise({ timestamps, values, kind }, { stepSeconds, gridAt: start });
    return scoreForecast(forecast, series);
  } catch (error) {
    // None of the points is usable.
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
};

/** The forecast without the steps that had passed when it was issued, because the series reports late. */
const aheadOf = (archived: ArchivedForecast, issuedAt: number): IssuedForecast => {
  const { start, stepSeconds, horizon, quantileLevels, quantiles, threshold, breach } = archived;
  const elapsed = Math.min(horizon, Math.max(0, Math.ceil((issuedAt - start) / stepSeconds)));
  return {
    ...{ stepSeconds, quantileLevels },
    start: start + elapsed * stepSeconds,
    horizon: horizon - elapsed,
    quantiles: quantiles.map((row) => row.slice(elapsed)),
    breach: threshold === null || breach === null ? null : { threshold, ...breach },
  };
};
