import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { forecast } from '../engine/ensemble.ts';
import type { Forecast } from '../engine/forecast.ts';
import { dayBlocks } from './day-blocks.ts';

export interface BusinessOptions {
  readonly days?: number;
  readonly quantileLevels?: readonly number[];
}

/** Daily totals on an even grid that ends with the series; days without enough points are missing. */
export const dailyTotals = (series: RegularSeries): RegularSeries => {
  const blocks = dayBlocks(series);
  const length = (blocks[0]?.age ?? -1) + 1;
  const values = new Float64Array(length).fill(Number.NaN);
  for (const { age, total } of blocks) values[length - 1 - age] = total;
  const end = series.start + series.values.length * series.stepSeconds;
  return { start: end - length * DAY_SECONDS, stepSeconds: DAY_SECONDS, values };
};

/**
 * Forecasts daily totals of a business series (revenue, orders, API calls per step) for the next days. The engine runs
 * on the daily totals, so a day's band is not a sum of bands. Its backtest gives recent weeks more weight.
 * @throws InvalidInputError if the series has no whole day
 */
export const forecastDailyTotals = (series: RegularSeries, options: BusinessOptions = {}): Forecast => {
  const history = dailyTotals(series);
  if (history.values.length === 0) {
    throw new InvalidInputError('a forecast of daily totals needs at least one whole day', {
      field: 'history',
    });
  }
  const { days = 1, quantileLevels } = options;
  return forecast({
    history,
    horizon: days,
    ...(quantileLevels === undefined ? {} : { quantileLevels }),
  });
};
